"""Draws that belong to an entity: the same for it whatever else there is, and in any order.

A draw is a hash of seed, table, purpose and entity, so that leaving one effect, table or
customer out leaves every other draw as it was: common random numbers by construction.
"""

from zlib import crc32

import numpy as np

_STEP = np.uint64(0x9E3779B97F4A7C15)


class Draws:
    """The draws of one table, each with a purpose and a key of whole numbers per entity."""

    def __init__(self, seed: int, table: str):
        """Take the seed and the table's name."""
        self._seed, self._table = seed, table

    def uniform(self, purpose: str, key: np.ndarray) -> np.ndarray:
        """Return numbers between 0 and 1, both excluded."""
        name = np.array([crc32(f"{self._table}/{purpose}".encode())], np.uint64)
        stream = _mixed(_mixed(np.array([self._seed], np.uint64) * _STEP) + name)
        hashed = _mixed(stream + np.asarray(key).astype(np.int64).astype(np.uint64) * _STEP)
        return ((hashed >> np.uint64(11)) + 0.5) * 2.0**-53

    def normal(self, purpose: str, key: np.ndarray, spread: float = 1.0) -> np.ndarray:
        """Return normal numbers around 0."""
        from scipy.special import ndtri

        return spread * ndtri(self.uniform(purpose, key))

    def gamma(self, purpose: str, key: np.ndarray, shape: np.ndarray) -> np.ndarray:
        """Return gamma numbers of scale 1."""
        from scipy.special import gammaincinv

        return gammaincinv(shape, self.uniform(purpose, key))

    def beta(self, purpose: str, key: np.ndarray, shapes: tuple) -> np.ndarray:
        """Return beta numbers."""
        from scipy.special import betaincinv

        return betaincinv(*shapes, self.uniform(purpose, key))

    def exponential(self, purpose: str, key: np.ndarray) -> np.ndarray:
        """Return exponential numbers of mean 1."""
        return -np.log(self.uniform(purpose, key))

    def poisson(self, purpose: str, key: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """Return Poisson counts; above 40 by their normal shape."""
        luck, mean = self.uniform(purpose, key), np.broadcast_to(mean, np.shape(key)).astype(float)
        chance = np.exp(-np.minimum(mean, 40))
        reached, count = chance.copy(), np.zeros(len(mean), np.int64)
        for k in range(1, 90):
            more = luck > reached
            if not more.any():
                break
            count += more
            chance = chance * np.minimum(mean, 40) / k
            reached = reached + chance
        large = np.floor(mean + np.sqrt(mean) * self.normal(purpose, key) + 0.5)
        return np.where(mean > 40, np.maximum(large, 0), count).astype(np.int64)

    def between(self, purpose: str, key: np.ndarray, low: int, high: int) -> np.ndarray:
        """Return whole numbers from low to high, both included."""
        return (low + np.floor(self.uniform(purpose, key) * (high - low + 1))).astype(np.int64)

    def pick(self, purpose: str, key: np.ndarray, chances: np.ndarray) -> np.ndarray:
        """Return a place in `chances` for each key."""
        edges = np.cumsum(chances) / np.sum(chances)
        return np.searchsorted(edges[:-1], self.uniform(purpose, key)).astype(np.int64)

    def pick_by(self, purpose: str, key: np.ndarray, row: np.ndarray, chances: np.ndarray):
        """Return a place in the row of `chances` that each key names."""
        luck, place = self.uniform(purpose, key), np.zeros(len(row), np.int64)
        edges = np.cumsum(chances, 1) / np.sum(chances, 1, keepdims=True)
        for one in np.unique(row):
            those = row == one
            place[those] = np.searchsorted(edges[one, :-1], luck[those])
        return place


def _mixed(state: np.ndarray) -> np.ndarray:
    """Splitmix64: every bit of the state decides on every bit of the result."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
