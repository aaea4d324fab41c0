"""Memory that is used again: pool.h by itself, with a small floor."""

import ctypes
import subprocess
import threading
from pathlib import Path

import pytest

import hmbc.runtime

WRAPPER = """
#include <string.h>
#include "pool.h"
static hmb_pool pool;
void *take(int64_t n) { char *p = hmb_pool_take(&pool, n); if (p) memset(p, 7, n); return p; }
void *sparse(int64_t n) { return hmb_pool_sparse(&pool, n); }
void give(void *p) { hmb_pool_give(&pool, p); }
void batch(void) { hmb_pool_batch(&pool); }
void limit(int64_t n) { hmb_pool_limit(&pool, n); }
void start(int64_t n) { hmb_pool_limit(&pool, 0); pool.floor = n; hmb_pool_limit(&pool, -1); }
int64_t lent(void) { return pool.lent; }
int64_t kept(void) { return pool.kept_bytes; }
int pieces(void) { return pool.kept; }
"""
MB = 1 << 20


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pool")
    (folder / "wrapper.c").write_text(WRAPPER)
    command = [
        "cc",
        "-O1",
        "-shared",
        "-fPIC",
        "-pthread",
        "-I",
        str(Path(hmbc.runtime.__path__[0])),
    ]
    subprocess.run([*command, "-o", str(folder / "pool.so"), str(folder / "wrapper.c")], check=True)
    library = ctypes.CDLL(str(folder / "pool.so"))
    for name in ("take", "sparse"):
        getattr(library, name).restype = ctypes.c_void_p
        getattr(library, name).argtypes = [ctypes.c_int64]
    for name in ("lent", "kept"):
        getattr(library, name).restype = ctypes.c_int64
    library.give.argtypes = [ctypes.c_void_p]
    library.limit.argtypes = library.start.argtypes = [ctypes.c_int64]
    return library


@pytest.fixture
def pool(library):
    library.start(4 * MB)
    yield library
    library.start(0)
    assert library.lent() == 0


def batch(pool, *sizes):
    """A batch that needs pieces of so many bytes at once. Returns where they stood."""
    pool.batch()
    taken = [pool.take(size) for size in sizes]
    for piece in taken:
        pool.give(piece)
    return set(taken)


def test_a_batch_finds_the_pieces_of_the_one_before(pool):
    sizes = [5 * MB, 3 * MB, 3 * MB, MB]
    first = batch(pool, *sizes)
    for _ in range(5):
        assert batch(pool, *sizes) == first
    assert 12 * MB <= pool.kept() < 14 * MB
    assert pool.pieces() == 4


def test_a_piece_somewhat_larger_will_do(pool):
    pool.limit(64 * MB)  # all are kept, so that no piece comes to stand where another was
    first = batch(pool, 5 * MB)
    assert batch(pool, int(4.5 * MB)) == first
    assert batch(pool, 3 * MB) != first
    assert batch(pool, 6 * MB) != first


def test_what_was_kept_longest_makes_room(pool):
    batch(pool, 5 * MB)
    for _ in range(3):
        later = batch(pool, 9 * MB)
    assert batch(pool, 9 * MB) == later
    assert pool.pieces() == 1  # 5 and 9 are more than 9 and the floor


def test_after_small_batches_little_is_kept(pool):
    batch(pool, 50 * MB, 30 * MB)
    batch(pool, 2 * MB)
    assert pool.kept() > 80 * MB  # the batch before this one may come again
    batch(pool, 2 * MB)
    assert 2 * MB <= pool.kept() < 3 * MB


def test_results_that_are_held_are_no_batch_of_their_own(pool):
    held = pool.take(64 * MB)
    for _ in range(3):
        batch(pool, 2 * MB)
    pool.give(held)
    batch(pool, 2 * MB)
    assert pool.kept() < 3 * MB


def test_sparse_pieces_are_not_kept(pool):
    for _ in range(3):
        pool.give(pool.sparse(8 * MB))
        pool.give(pool.sparse(100))
    assert pool.kept() == 0
    assert pool.take(-1) is None
    assert pool.sparse(-1) is None


def test_a_limit_holds_whatever_a_batch_needs(pool):
    pool.limit(4 * MB)
    for sizes in ([3 * MB, 3 * MB], [9 * MB], [MB, 2 * MB]):
        batch(pool, *sizes)
        assert pool.kept() <= 4 * MB
    pool.limit(0)
    assert pool.kept() == pool.pieces() == 0


def test_only_so_many_pieces_are_kept(pool):
    taken = [pool.take(MB) for _ in range(300)]
    for piece in taken:
        pool.give(piece)
    assert pool.pieces() == 256


def test_any_thread_may_take_and_give(pool):
    def work():
        for n in range(200):
            pieces = [pool.take(size << 10) for size in (100, 300, 400 + n, 900)]
            assert len(set(pieces)) == 4
            for piece in pieces:
                pool.give(piece)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pool.lent() == 0
