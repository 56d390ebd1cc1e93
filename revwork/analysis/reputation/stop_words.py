"""Stop words: the little words that name no topic, in the languages that reviews come in most."""

from functools import cache

_WORDS = {
    "en": """a about after again all almost also am an and any are as at be because been before
    being both but by can could did do does doing down during each even ever every few first for
    from further get gets getting good got had has have having he her here hers him his how i if
    im in into is it its ive just keeps last less like lot made make many me more most much my never
    no nor not now of off on once one only or other our out over own quite really same she should
    so some still such than that the their them then there these they thing this those through to
    too two three under until up us very was we were what when where which while who why will with
    would you your dont didnt doesnt isnt cant wont wasnt""",
    "es": """a al algo algún ante antes aquí así aún aunque bien buen buena bueno cada casi como con
    cosa cual cuando cuanto da de del desde día días donde dos durante e el él ella ellas ellos en
    entre era es esa ese eso esta está están estar este esto estos estoy fue fueron gran ha haber
    había hace hacer haga han hasta hay he hizo hoy la las le les lo los más me mejor menos mi mí
    mis misma mismo mucho muy nada ni no nos nosotros nunca o os otra otras otro otros para pero
    poco por porque pues puede que qué quien se sea según ser si sí siempre sigo sin sino sobre
    solo sólo son su sus también tan tanto te tengo ti tiene todo todos todas tras tres tu tú tuve
    tuvo un una uno unos va vez veces ya yo""",
    "fr": """a à ai alors après assez au aucun aura aussi autre aux avait avant avec avoir bien bon
    bonne c ça car ce cela ces cet cette chaque chez comme d dans de deux depuis des dès donc du
    elle elles en encore entre es est et été être eu fait faut fois font il ils j jamais je jour
    jours jusqu l la le les leur leurs lui m ma mais me même mes moi moins mon n ne ni non nos
    notre nous on ont ou où par pas peu peut plus plusieurs pour pourquoi presque qu quand que quel
    quelle qui quoi rien s sa sans se sera ses si son sont sous sur t ta te tes toi ton toujours
    tous tout toute toutes très trois trop tu un une vos votre vous y""",
    "pt": """a à agora ainda além algo algum ante antes ao aos após aquela aquele aqui as às assim
    até bem boa bom cada coisa com como da das de dela dele demais depois desde deste dia dias do
    dois dos duas e é ela ele eles em entre era essa esse está estão estava este eu fazer fez fica
    foi foram há isso isto já lá lhe mais mas me mesmo meu meus minha muito na não nada nas nem no
    nos nós nossa num o ou onde os ou para pela pelo pois por porém porque pouco pra quando quanto
    que quem são se sem sempre ser seu seus só sobre sou sua tão também te tem tenho ter teve tinha
    todo todos tudo três um uma umas uns vez você vi""",
}


@cache
def of(language: str) -> tuple[str, ...]:
    """Return the stop words of a language, in small letters; none where they are not known."""
    return tuple(sorted({*_WORDS.get(language, "").split()}))
