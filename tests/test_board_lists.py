"""Lists of a pack: what is strong, weak and at risk, by money, on findings by hand."""

from test_folded import finding

from revwork.analysis.board import board_lists
from revwork.analysis.folded import Topic


def topic(metric, money=None, direction="weakness", kind="change", department="sales", **known):
    said = {"claim": f"{metric} did", "next_step": f"Mend {metric}", "department": department}
    worth = (money, money - 1, money + 1) if money else None
    return Topic(finding(metric, known.pop("where", {}), worth, direction, kind, **said, **known))


def leads(found):
    return [one.lead["metric"] for one in found]


def test_strengths_and_weaknesses_are_the_largest_five_by_money_and_sureness():
    every = [topic(f"w{n}", -10.0 - n) for n in range(7)]
    every += [topic("good", 5.0, "opportunity"), topic("unknown"), topic("risk", -99.0, "threat")]
    assert leads(board_lists.weaknesses(every)) == ["w6", "w5", "w4", "w3", "w2"]
    assert leads(board_lists.strengths(every)) == ["good"]
    doubtful = topic("doubtful", 50.0, "strength", confidence=0.01)
    assert leads(board_lists.strengths([*every, doubtful])) == ["good", "doubtful"]


def test_risks_are_threats_by_exposure_and_those_without_money_last():
    every = [topic("none", direction="threat"), topic("a", -5.0, "threat"), topic("w", -9.0)]
    every += [topic("b", -7.0, "threat")]
    assert leads(board_lists.risks(every)) == ["b", "a", "none"]


def test_a_department_reads_the_topics_that_it_has_a_finding_in():
    mixed = Topic(topic("a").lead, (topic("b", department="web").lead,))
    every = [mixed, topic("c", department="market")]
    assert leads(board_lists.of_department(every, "web")) == ["a"]
    assert board_lists.of_department(every, "people") == []
    assert board_lists.of_department(every, "") == every
