# As it is commonly written; Poetry's own documentation has no such guide.
FROM python:3.12
WORKDIR /code
RUN pip install poetry
COPY pyproject.toml poetry.lock /code/
RUN poetry config virtualenvs.create false && poetry install --no-root
COPY . /code
CMD ["uvicorn", "links.main:app", "--host", "0.0.0.0", "--port", "80"]
