"""e-Akte: intake of documents, the records model, filing, search."""
