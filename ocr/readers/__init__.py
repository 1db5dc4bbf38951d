"""One module per family of formats; each turns bytes into a ``Reading`` and raises only UnreadableError."""
