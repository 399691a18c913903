"""The node's own settings, in a throw-away data directory.

FLOTILLA_TESTS_DATA names one to keep: with `pytest --reuse-db` its database need not be made again.
"""

import atexit
import os
import shutil
import tempfile

DATA = os.environ.get("FLOTILLA_TESTS_DATA", "")
if not DATA:
    DATA = tempfile.mkdtemp(prefix="flotilla-tests-")
    atexit.register(shutil.rmtree, DATA, ignore_errors=True)

os.environ["DATA_DIR"] = DATA
os.environ.setdefault("ORIGIN", "http://127.0.0.1:8000")
os.environ.setdefault("EMAIL_URL", "memorymail://")
os.environ.setdefault("ALLOW_PRIVATE_ADDRESSES", "True")
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ.setdefault("BROKER_URL", "memory://")
os.environ.setdefault("EMBEDDER", "trigrams")  # the other one takes a second to read; tests of meaning ask for it

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES  # noqa: E402

ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A file, not memory: server and worker threads of a test must see the same rows.
if DATABASES["default"]["ENGINE"] == "config.sqlite":
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(DATA, "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON;"
