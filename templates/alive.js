// Tells the server that the page is shown, as long as it is.
const alive = new EventSource("alive");
alive.addEventListener("end", () => alive.close());
