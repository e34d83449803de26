"""Debian packages that Python dependencies need to be compiled or loaded."""

from __future__ import annotations

from collections.abc import Mapping

from generators.project import NativeNeed

_COMPILER = "build-essential"
_NEEDS = (
    NativeNeed("psycopg2", (_COMPILER, "libpq-dev"), ("libpq5",)),
    NativeNeed("psycopg-c", (_COMPILER, "libpq-dev"), ("libpq5",)),
    NativeNeed(
        "mysqlclient", (_COMPILER, "default-libmysqlclient-dev", "pkg-config"), ("libmariadb3",)
    ),
    NativeNeed("python-ldap", (_COMPILER, "libldap2-dev", "libsasl2-dev"), ("libldap-2.5-0",)),
    NativeNeed("pygraphviz", (_COMPILER, "libgraphviz-dev", "pkg-config"), ("graphviz",)),
    NativeNeed("xmlsec", (_COMPILER, "libxmlsec1-dev", "pkg-config"), ("libxmlsec1-openssl",)),
    NativeNeed(
        "python3-saml", (_COMPILER, "libxmlsec1-dev", "pkg-config"), ("libxmlsec1-openssl",)
    ),
    NativeNeed("pycurl", (_COMPILER, "libcurl4-openssl-dev", "libssl-dev"), ("libcurl4",)),
    NativeNeed("uwsgi", (_COMPILER,), ()),
    NativeNeed("pycairo", (_COMPILER, "libcairo2-dev", "pkg-config"), ("libcairo2",)),
    NativeNeed("dlib", (_COMPILER, "cmake"), ()),
    NativeNeed("pyodbc", (_COMPILER, "unixodbc-dev"), ("unixodbc",), wheel=True),
    NativeNeed("gdal", (_COMPILER, "libgdal-dev"), ("gdal-bin",)),
    NativeNeed("weasyprint", (), ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")),
    NativeNeed("opencv-python", (), ("libgl1", "libglib2.0-0")),
    NativeNeed("python-magic", (), ("libmagic1",)),
    NativeNeed("pytesseract", (), ("tesseract-ocr",)),
    NativeNeed("pdf2image", (), ("poppler-utils",)),
    NativeNeed("pydub", (), ("ffmpeg",)),
    NativeNeed("pyzbar", (), ("libzbar0",)),
    NativeNeed("pillow", (_COMPILER, "libjpeg62-turbo-dev", "zlib1g-dev"), (), wheel=True),
    NativeNeed("lxml", (_COMPILER, "libxml2-dev", "libxslt1-dev"), (), wheel=True),
    NativeNeed("cryptography", (_COMPILER, "libssl-dev", "libffi-dev"), (), wheel=True),
)


def native_needs(
    dependencies: Mapping[str, str], *, spatial: bool = False
) -> tuple[NativeNeed, ...]:
    """Return what the dependencies need; ``spatial`` adds what GeoDjango loads."""
    found = []
    for need in _NEEDS:
        name = need.dependency
        if name not in dependencies:
            continue
        if name == "psycopg2" and "psycopg2-binary" in dependencies:
            continue
        found.append(need)
    if "psycopg" in dependencies and not {"psycopg-binary", "psycopg-c"} & dependencies.keys():
        found.append(NativeNeed("psycopg", (), ("libpq5",)))
    if spatial and "gdal" not in dependencies:
        found.append(NativeNeed("django.contrib.gis", (), ("gdal-bin", "libproj-dev")))
    return tuple(found)
