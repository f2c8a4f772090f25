"""The root error of this package."""


class DeployError(Exception):
    """A refusal to start or to run: a stable `code` and a sentence that says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
