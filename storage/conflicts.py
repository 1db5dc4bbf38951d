"""What stops a deed without being a fault: somebody was faster, or what is asked does not fit what is there."""


class ConflictError(Exception):
    """Nothing was changed. The message is for people and says what to do next."""


class NotFoundError(Exception):
    """There is nothing of that name within the actor's sight; whether there is elsewhere is not said."""

    def __init__(self, message: str = "Das gibt es nicht, oder Sie dürfen es nicht sehen.") -> None:
        super().__init__(message)
