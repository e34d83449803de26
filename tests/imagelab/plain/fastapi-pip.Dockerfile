# As FastAPI's guide to containers writes it.
FROM python:3.12
WORKDIR /code
COPY ./requirements.txt /code/requirements.txt
RUN pip install --no-cache-dir --upgrade -r /code/requirements.txt
COPY . /code
CMD ["uvicorn", "links.main:app", "--host", "0.0.0.0", "--port", "80"]
