"""The panels of curves.csv: policies as they are, stratified by clusters, and diverse subsets."""

from efficient_augmentation import simulate


def run(model, plan):
    """Simulate every panel that is asked for.

    Args:
      model: a `simulate.Model`, which all panels share.
      plan: mapping with the experiment's budgets, faithful, policies, rounds, scores and seed;
        where policies are stratified also `clusters`, with counts, policies and scores; where
        subsets are drawn also `dpp`, with budgets, policies and scores.
    Returns: rows of curves.csv, panel by panel, each as `simulate.run` returns them.
    Raises: ValueError as `simulate.run`.
    """
    panels = [(plan["scores"], plan["policies"], plan["budgets"], (0,))]
    if stratified := plan.get("clusters"):
        chosen = stratified["scores"], stratified["policies"]
        panels.append((*chosen, plan["budgets"], stratified["counts"]))
    if diverse := plan.get("dpp"):
        panels.append((diverse["scores"], diverse["policies"], diverse["budgets"], (0,)))
    return [
        row
        for scores, policies, budgets, counts in panels
        for row in simulate.run(
            model,
            scores,
            policies,
            budgets,
            plan["rounds"],
            plan["seed"],
            clusters=counts,
            faithful=plan["faithful"],
        )
    ]
