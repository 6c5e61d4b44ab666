"""One file a layer: source rows in, rows of the store out, and a reason for every row that is not taken."""
