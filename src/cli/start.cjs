// A file of its own: Node before 13 does not even parse it.
import("./main.js");
