"""The pages of the browser app, one a file. Each is a Solara component of a `Look`."""
