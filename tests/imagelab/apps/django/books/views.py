"""Pages."""

from django.http import HttpResponse, JsonResponse
from django.templatetags.static import static

from books.models import Book


def health(_request):
    return JsonResponse({"status": "ok"})


def shelf(_request):
    titles = "".join(f"<li>{book.title}" for book in Book.objects.order_by("id")[:50])
    style = static("books/shelf.css")
    return HttpResponse(f'<!doctype html><link rel="stylesheet" href="{style}"><ul>{titles}</ul>')
