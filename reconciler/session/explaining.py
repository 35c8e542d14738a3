"""All that is known about one service, brought together for `explain`."""

from __future__ import annotations

from reconciler.config import Manage
from reconciler.config.deciding import Deciding
from reconciler.model import ROLES, Contacts, Observation, ServiceId
from reconciler.model.time_box import Place
from reconciler.progress import join
from reconciler.render.explanation import Explained, Written
from reconciler.session.session import Session


def explain(session: Session, observation: Observation, service: ServiceId) -> Explained:
    """Return what there is to tell about a service, declared or not."""
    deciding = Deciding(session.config)
    desired = session.config.desired(observation.at.date()).get(service, Contacts())
    managed = [role for role in ROLES if desired.of(role) is not None]
    found = {role: decision for role in managed if (decision := deciding.decision(service, role))}
    observed = session.config.observed.get(service, frozenset())
    declared = deciding(service, None)

    def written(place: Place) -> Written:
        return Written(place, deciding.source_line(place))

    joined = join(observation.tasks, observation.live, session.journal.claims())
    return Explained(
        service,
        written(declared) if declared else None,
        {role: (decision, written(decision.place)) for role, decision in found.items()},
        desired,
        observation.live.get(service),
        session.propose(observation),
        {role: box for role in ROLES if (box := session.config.time_boxes.get((service, role)))},
        joined.open_tasks(service),
        session.names,
        {
            role: (Manage.OBSERVE if role in observed else Manage.REQUEST, decision, written(decision.place))
            for role in managed
            if (decision := deciding.management(service, role))
        },
    )
