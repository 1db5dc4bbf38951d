"""Settings, logging and the seed data of the demo city. Imports nothing of ours."""
