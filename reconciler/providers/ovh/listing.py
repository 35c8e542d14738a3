"""Reading many objects of one list in few calls: in pages, in batches, or one by one.

Neither bulk way is documented by OVHcloud; its own front end uses both. So each is tried, its answer is
checked, and a server that ignores or mangles it is asked one by one. Object pages (`X-Pagination-*`) come
out of a cache that `Pragma: no-cache` turns off; a batch (`X-Ovh-Batch: ,`, ids joined by commas) answers
with a list of `{key, value, error}`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

from reconciler.errors import ApiError, NotFoundError, OutcomeUnknownError, RefusedError
from reconciler.providers.ovh.answers import Answer
from reconciler.providers.ovh.client import AccountClient

PAGE = 1000
BATCH = 100
_BATCH_HEADERS = {"X-Ovh-Batch": ","}
_In = TypeVar("_In")
_Out = TypeVar("_Out")


class Found(NamedTuple):
    """One object as the server sent it; None where it answered 404."""

    id: int
    body: Any


class _Page(NamedTuple):
    objects: list[Any]
    total: int


class Listing:
    """The objects of one list route, such as `/services`, read by id.

    Args:
        key: the field of an object that holds its id.
        workers: how many calls may be under way at once.
    """

    def __init__(self, client: AccountClient, path: str, *, key: str, workers: int, pages: bool) -> None:
        self._client = client
        self._path = path
        self._key = key
        self._workers = workers
        self._pages: bool | None = None if pages else False  # None: not tried yet
        self._batches: bool | None = None

    def in_bulk(self, ids: Sequence[int]) -> bool:
        """Tell whether the server pages or batches, by trying with some of the ids if that is not known."""
        if self._pages is None:
            self._page(1)
        if not self._pages and self._batches is None and len(ids) > 1:
            self._batch(ids[:2])
        return bool(self._pages or self._batches)

    def read(self, ids: Iterable[int]) -> Iterator[Found]:
        """Yield each object; those that could not be read come last, as the first of their errors.

        Raises:
            ApiError: some could not be read; all others have been yielded by then.
        """
        left = dict.fromkeys(ids)
        failures: list[ApiError] = []
        with ThreadPoolExecutor(self._workers) as pool:
            for way in (self._by_pages, self._by_batches, self._by_one):
                for found in way(pool, tuple(left), failures):
                    if found.id in left:
                        del left[found.id]
                        yield found
                if not left:
                    return
        if failures:
            raise failures[0]

    def _by_pages(self, pool: ThreadPoolExecutor, ids: Sequence[int], _: list[ApiError]) -> Iterator[Found]:
        if self._pages is False or len(ids) <= BATCH:
            return
        first = self._page(1)
        if first is None:
            return
        yield from self._keyed(first.objects)
        size = len(first.objects)
        calls = -(-first.total // size) if size else 0
        if self._batches and calls > -(-len(ids) // BATCH):
            return
        for page in in_order(pool, self._page, range(2, calls + 1), window=2 * self._workers):
            if page is not None:
                yield from self._keyed(page.objects)

    def _by_batches(self, pool: ThreadPoolExecutor, ids: Sequence[int], _: list[ApiError]) -> Iterator[Found]:
        if self._batches is False or len(ids) < 2:  # noqa: PLR2004 - one id is no batch
            return
        chunks = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
        yield from self._batch(chunks[0])
        if self._batches:
            for found in in_order(pool, self._batch, chunks[1:], window=2 * self._workers):
                yield from found

    def _by_one(
        self, pool: ThreadPoolExecutor, ids: Sequence[int], failures: list[ApiError]
    ) -> Iterator[Found]:
        for result in in_order(pool, self._one, ids, window=4 * self._workers):
            if isinstance(result, ApiError):
                failures.append(result)
            else:
                yield result

    def _page(self, number: int) -> _Page | None:
        """Return one page of objects, or None: the server does not page, or this page could not be read."""
        headers = {
            "X-Pagination-Mode": "CachedObjectList-Pages",
            "X-Pagination-Number": str(number),
            "X-Pagination-Size": str(PAGE),
            "Pragma": "no-cache",
        }
        try:
            answer = self._client.get(self._path, headers)
        except (RefusedError, OutcomeUnknownError):
            page = None
        else:
            page = _as_page(answer)
        if number == 1:
            self._pages = page is not None
        return page

    def _batch(self, ids: Sequence[int]) -> list[Found]:
        """Return what one batch answered about these ids; what is missing there is left to single calls."""
        joined = ",".join(map(str, ids))
        try:
            body = self._client.get(f"{self._path}/{joined}", _BATCH_HEADERS).body
        except (RefusedError, OutcomeUnknownError):
            body = None
        found = list(self._of_batch(body)) if isinstance(body, list) else []
        if self._batches is None:
            self._batches = bool(found)
        return found

    def _of_batch(self, body: list[Any]) -> Iterator[Found]:
        for item in body:
            if not isinstance(item, dict):
                continue
            value, error = item.get("value"), item.get("error")
            if isinstance(value, dict) and not error:
                yield from self._keyed([value])
            elif isinstance(error, dict) and error.get("class") == "Client::NotFound":
                key = str(item.get("key", ""))
                if key.isdecimal():
                    yield Found(int(key), None)

    def _one(self, number: int) -> Found | ApiError:
        try:
            return Found(number, self._client.get(f"{self._path}/{number}").body)
        except NotFoundError:
            return Found(number, None)
        except ApiError as error:
            return error

    def _keyed(self, objects: Iterable[Any]) -> Iterator[Found]:
        for thing in objects:
            number = thing.get(self._key) if isinstance(thing, dict) else None
            if isinstance(number, int):
                yield Found(number, thing)


def in_order(
    pool: ThreadPoolExecutor, work: Callable[[_In], _Out], items: Iterable[_In], *, window: int
) -> Iterator[_Out]:
    """Yield `work(item)` for each item, in order, with at most `window` of them under way or waiting."""
    under_way: deque[Future[_Out]] = deque()
    try:
        for item in items:
            under_way.append(pool.submit(work, item))
            if len(under_way) >= window:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        for future in under_way:
            future.cancel()


def _as_page(answer: Answer) -> _Page | None:
    total = answer.headers.get("X-Pagination-Elements", "")
    objects = answer.body
    if not total.strip().isdecimal() or not isinstance(objects, list):
        return None
    if objects and not all(isinstance(thing, dict) for thing in objects):
        return None
    return _Page(objects, int(total))
