"""Parts of the world that people mean when they say where: a ward, a borough, a metropolis."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AreaQuerySet(models.QuerySet["Area"]):
    def around(self, lat: float, lon: float) -> Self:
        """Those whose box holds a point, the smallest first: few, to be looked at closely."""
        return self.filter(south__lte=lat, north__gte=lat, west__lte=lon, east__gte=lon).order_by("-depth", "path")

    def below(self, area: Area) -> Self:
        """The area itself and all that lies in it."""
        return self.filter(path__startswith=area.path)

    def without_shapes(self) -> Self:
        """For lists and choices: an outline can take a hundred kilobytes."""
        return self.defer("shape")


class Area(models.Model):
    """An area that the steward brought from a file of outlines, see `atlas.areas`.

    `path` is the slugs from the widest to this one, each followed by a slash (`london/camden/`), so that what lies in
    an area begins with its path. `shape` is a GeoJSON Polygon or MultiPolygon (RFC 7946: WGS 84 degrees, lon before
    lat); `west` … `north` are its box.
    """

    class Level(models.TextChoices):
        WARD = "ward", _("Ward")
        BOROUGH = "borough", _("Borough")
        METROPOLIS = "metropolis", _("Metropolis")

    path = models.CharField(max_length=200, unique=True)
    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    code = models.CharField(max_length=40, blank=True, help_text="in the register it comes from")
    level = models.CharField(max_length=10, choices=Level.choices)
    broader = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="narrower")
    depth = models.PositiveSmallIntegerField(help_text="0 for a metropolis, 1 for its boroughs, 2 for their wards")
    shape = models.JSONField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    source = models.CharField(max_length=300, blank=True, help_text="who drew the outlines")
    licence = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = AreaQuerySet.as_manager()

    class Meta:
        ordering = ["path"]
        indexes = [models.Index(fields=["south", "north", "west", "east"], name="area_box")]
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(slug="") & ~Q(path=""), name="area_is_named"),
            models.CheckConstraint(
                condition=Q(level="metropolis", depth=0, broader__isnull=True)
                | Q(level="borough", depth=1, broader__isnull=False)
                | Q(level="ward", depth=2, broader__isnull=False),
                name="area_level_says_depth",
            ),
            models.CheckConstraint(
                condition=Q(west__gte=-180, west__lte=models.F("east"), east__lte=180)
                & Q(south__gte=-90, south__lte=models.F("north"), north__lte=90),
                name="area_box_on_earth",
            ),
            models.UniqueConstraint(fields=["level", "code"], condition=~Q(code=""), name="area_code_once_per_level"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def slugs(self) -> list[str]:
        """Of the areas it lies in, the widest first, and its own."""
        return self.path.rstrip("/").split("/")
