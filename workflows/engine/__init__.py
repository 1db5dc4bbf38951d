"""The resident drain, the schedules and the Prefect server they run on."""
