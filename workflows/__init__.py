"""The engine and the business workflows. Only here Prefect is imported."""
