"""Why a bundle is not written."""

from __future__ import annotations

from services.errors import ServiceError


class BundleError(ServiceError):
    """The bundle cannot be made as asked; nothing of it is left behind."""
