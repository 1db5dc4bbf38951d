"""One script per page: load a view model, draw it, call one verb."""
