from decimal import Decimal


def test_it_pays(evaluator, parameters, members, claims_of):
    done = evaluator.adjudicate(
        claims_of({"amount": "30000"}, {"amount": "2000", "member_id": "B", "drug": "D1"}),
        members,
        parameters,
    )
    rows = list(done.payments.rows())
    print(rows, list(done.state.rows()), done.counts, list(done.rejects.rows()))
    assert [row["total_pay"] for row in rows] == [Decimal("7500.00"), Decimal(0)]
