"""A picture as its pixels alone: whatever else a file can carry stays behind."""

from __future__ import annotations

import contextlib
import io
import warnings
from typing import Any

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from federation.rewriting import LONGEST_SIDE, MOST_PIXELS, MOST_PIXELS_WHOLE, SMALL_SIDE, Unusable

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
QUALITY = 82

# What decoders are known to raise on files made to break them.
BROKEN = (OSError, ValueError, SyntaxError, TypeError, LookupError, EOFError, ArithmeticError, AttributeError)


def rewrite(data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """The first frame, upright, in sRGB, as WebP: at most LONGEST_SIDE pixels a side, and a copy of SMALL_SIDE.

    Raises Unusable for what is no whole JPEG, PNG, WebP or GIF, and for too many pixels.
    """
    image = _opened(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded no larger than it is needed
            image.load()
            if image.mode in {"1", "P"}:  # colours from a table cannot be mixed
                image = image.convert("RGBA" if image.has_transparency_data else "RGB")
            # Made small first: each step after it would need the memory of the whole once more.
            image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
            upright = _in_srgb(_upright(image))
            small = upright.copy()
            small.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS)
            written = [_webp(upright), _webp(small)]
    except BROKEN as error:
        raise Unusable("broken") from error
    sizes = {"width": upright.width, "height": upright.height, "small_width": small.width}
    return {"media_type": "image/webp", **sizes, "small_height": small.height}, written


def _opened(data: bytes) -> Image.Image:
    """Only the header is read here: a bomb is known by the size it claims."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise Unusable("pixels") from error
    except UnidentifiedImageError as error:
        raise Unusable("type") from error
    except BROKEN as error:
        raise Unusable("broken") from error
    if image.width * image.height > (MOST_PIXELS if image.format == "JPEG" else MOST_PIXELS_WHOLE):
        raise Unusable("pixels")
    return image


def _upright(image: Image.Image) -> Image.Image:
    with contextlib.suppress(*BROKEN):  # an unreadable orientation is none
        return ImageOps.exif_transpose(image) or image
    return image


def _in_srgb(image: Image.Image) -> Image.Image:
    """RGB, with transparency where there is some; colours of another profile as they look."""
    profile = image.info.get("icc_profile")
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if profile and image.mode in {"RGB", "RGBA", "CMYK"}:
        with contextlib.suppress(ImageCms.PyCMSError, *BROKEN):  # an unreadable profile is none
            known = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, known, ImageCms.createProfile("sRGB"), outputMode=mode)
            image = converted or image
    plain = image.convert(mode)
    plain.info = {}
    return plain


def _webp(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "WEBP", quality=QUALITY, exif=b"", xmp=b"", icc_profile=b"")
    return written.getvalue()
