# reconciler as an image, for GitLab and for schedules. It holds no key and no token: mount them, or pass them as
# variables, when it is run.
#
#     docker build --tag contact-reconciler .
#     docker run --rm --volume "$PWD:/contacts:ro" contact-reconciler validate
#
# The base is named by tag so that it can be read; pin it to the digest that you looked at.
FROM python:3.13-slim AS build
WORKDIR /source
COPY requirements/runtime.txt requirements/runtime.txt
RUN python -m venv /opt/reconciler && \
    /opt/reconciler/bin/python -m pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements/runtime.txt
COPY pyproject.toml README.md LICENSE ./
COPY reconciler reconciler
RUN /opt/reconciler/bin/python -m pip install --no-cache-dir --no-index --no-deps --no-build-isolation .

FROM python:3.13-slim
# git tells what a plan was made from; the certificates come with Python's image. Security updates come with a build
# anew, so no version is pinned.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends git && rm -rf /var/lib/apt/lists/* && \
    git config --system --add safe.directory /contacts && \
    useradd --uid 10001 --user-group --create-home reconciler && \
    install --directory --owner=10001 --group=10001 /home/reconciler/.local /home/reconciler/.local/state
COPY --from=build /opt/reconciler /opt/reconciler
COPY ci/review /usr/share/contact-reconciler/review
ENV PATH=/opt/reconciler/bin:$PATH PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /contacts
ENTRYPOINT ["reconciler"]
CMD ["--help"]
