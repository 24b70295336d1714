/** Vitest runs this before each file of tests. Modules live on in the worker, so they cannot do it themselves. */
import { afterAll } from "vitest";
import { removeTemporaryDirectories } from "./temporary.js";

afterAll(removeTemporaryDirectories);
