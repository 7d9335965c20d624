# The service on a processor, as a user without rights, with its models inside. Build: docker build -t citespan .
# Run: docker run -p 127.0.0.1:8000:8000 -v citespan:/data citespan
FROM python:3.12-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    GRADIO_ANALYTICS_ENABLED=False \
    ANONYMIZED_TELEMETRY=False \
    HF_HUB_OFFLINE=1 \
    RAG_CACHE_DIR=/tmp/citespan \
    RAG_INDEX=/data/.citespan

WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE ./
COPY rag ./rag
COPY ui ./ui
COPY eval ./eval
RUN pip install --constraint constraints.txt '.[server,ui]' \
    && rag fetch \
    && useradd --uid 10001 --create-home citespan \
    && install --directory --owner=citespan /data /documents

USER citespan
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/v1/health', timeout=4)"]
ENTRYPOINT ["rag"]
CMD ["serve", "--host", "0.0.0.0"]
