"""What the worker does."""

from celery import shared_task

from books.models import Book


@shared_task
def count_pages() -> int:
    return sum(book.pages for book in Book.objects.all())
