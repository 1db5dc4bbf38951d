"""View models: what a page shows, loaded in one go, without a word about how it is drawn."""
