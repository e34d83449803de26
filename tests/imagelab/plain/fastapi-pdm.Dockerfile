# As PDM's advanced usage shows for containers, in one stage.
FROM python:3.12
RUN pip install -U pdm
ENV PDM_CHECK_UPDATE=false
COPY . /project/
WORKDIR /project
RUN pdm install --check --prod --no-editable
CMD ["pdm", "run", "uvicorn", "links.main:app", "--host", "0.0.0.0", "--port", "80"]
