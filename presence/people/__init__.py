"""Who works here and what for: the people finder, person pages, working groups, org chart and Laufzettel."""
