"""The shared cache of several processes, which may be away without breaking a page."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

Method = TypeVar("Method", bound=Callable[..., Any])


def unless_away(answer: Any) -> Callable[[Method], Method]:
    """Give `answer` instead of an error when Redis cannot be reached."""

    def wrap(method: Method) -> Method:
        @wraps(method)
        def ask(self: Any, *args: Any, **options: Any) -> Any:
            try:
                return method(self, *args, **options)
            except RedisError as error:
                log.warning("the cache is away: %s", error)
                return answer(*args, **options) if callable(answer) else answer

        return cast(Method, ask)

    return wrap


def _default(key: Any, default: Any = None, version: Any = None) -> Any:
    return default


class ForgivingRedisCache(RedisCache):
    """Forgets everything while Redis is down: limits on attempts pause, pages still answer."""

    get = unless_away(_default)(RedisCache.get)
    get_many = unless_away(lambda *args, **options: {})(RedisCache.get_many)
    has_key = unless_away(False)(RedisCache.has_key)
    add = unless_away(True)(RedisCache.add)
    set = unless_away(None)(RedisCache.set)
    set_many = unless_away(lambda *args, **options: [])(RedisCache.set_many)
    touch = unless_away(False)(RedisCache.touch)
    incr = unless_away(1)(RedisCache.incr)
    delete = unless_away(False)(RedisCache.delete)
    delete_many = unless_away(None)(RedisCache.delete_many)
    clear = unless_away(None)(RedisCache.clear)
