"""Stop words: little words go, words that name a topic stay."""

import pytest

from revwork.analysis.reputation import stop_words

LITTLE = {"en": "the and was", "es": "que para muy", "fr": "les pour très", "pt": "que não muito"}
TOPICS = {
    "en": "parcel delivery price service taste",
    "es": "paquete envío precio servicio sabor",
    "fr": "colis livraison prix service goût",
    "pt": "entrega produto preço atendimento",
}


@pytest.mark.parametrize("language", LITTLE)
def test_little_words_go_and_words_that_name_a_topic_stay(language):
    words = {*stop_words.of(language)}
    assert {*LITTLE[language].split()} <= words
    assert not {*TOPICS[language].split()} & words


@pytest.mark.parametrize("language", LITTLE)
def test_words_are_small_letters_once_and_in_order(language):
    words = stop_words.of(language)
    assert list(words) == sorted({word.lower() for word in words})


def test_of_a_language_nobody_listed_none_goes():
    assert stop_words.of("eo") == ()
