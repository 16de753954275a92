"""What is wrong with a file as a whole."""


class SheetError(Exception):
    """The file as a whole cannot be read: `code` is stable, the message is for a person."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail
