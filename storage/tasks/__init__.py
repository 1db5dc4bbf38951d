"""The task list: what waits for whom, over all rooms."""
