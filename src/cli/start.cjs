// Loads gotrace. Separate from gotrace.cjs because Node before 13 cannot even parse a dynamic import.
import("./main.js");
