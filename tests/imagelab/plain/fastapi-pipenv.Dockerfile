# As Pipenv's documentation shows for containers, in one stage.
FROM python:3.12
WORKDIR /usr/src
RUN pip install --user pipenv
ENV PIPENV_VENV_IN_PROJECT=1
COPY . /usr/src/
RUN /root/.local/bin/pipenv sync
CMD ["./.venv/bin/uvicorn", "links.main:app", "--host", "0.0.0.0", "--port", "80"]
