"""What policies are called."""

from efficient_augmentation.analysis import wording
from efficient_augmentation.names import policies


def test_every_policy_has_a_label_of_its_own():
    names = [*policies.BASES, "random_power_0.5", "random_power_2"]
    labels = {wording.policy(p) for p in names}
    assert len(labels) == len(names)
    assert wording.policy("random_proportional_update_downweight") == (
        "proportional + update + downweight"
    )
