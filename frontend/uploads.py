"""How much of an uploaded file is read at all."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler

MOST_BYTES = 12_000_000  # of one file: a little more than any form takes, so that the form can say it is too large


class BoundedUploadHandler(FileUploadHandler):
    """Stands first and lets the handlers after it see the beginning of a file only: nobody fills the disk with one."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.seen = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.seen += len(raw_data)
        return raw_data if self.seen <= MOST_BYTES else None

    def file_complete(self, file_size: int) -> None:
        return None
