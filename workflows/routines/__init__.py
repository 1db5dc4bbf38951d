"""Recurring work of the rooms below, as schedules of the engine."""
