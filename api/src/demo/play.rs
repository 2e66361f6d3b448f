//! The plan carried out: each step's commands sent together, each answer checked for what later commands need of it.

use std::future::poll_fn;
use std::task::Poll;

use domain::command::Command;
use domain::framework::{Definition, LoadEdition};
use domain::grant::Role;
use domain::id::AssessmentId;
use domain::ledger::{Event, Position, Via};
use domain::link::{Links, LoadLinks};
use domain::organisation::{Fact, Scheme};
use domain::register::{LoadRegister, Register, RegisterLoaded};

use super::commands::{Clerk, Ids};
use super::plan::{Act, Plan, Step, Work};
use crate::error::Error;
use crate::local::LocalPerson;
use crate::store::{Actor, Answer, Store, Written};

#[derive(Debug)]
pub(super) struct Play<'a> {
    store: &'a Store,
    plan: &'a Plan,
    definitions: &'a [Definition],
    links: &'a Links,
    register: &'a Register,
    ids: Ids,
    head: Position,
}

impl<'a> Play<'a> {
    pub(super) fn new(
        store: &'a Store,
        plan: &'a Plan,
        definitions: &'a [Definition],
        links: &'a Links,
        register: &'a Register,
    ) -> Self {
        Self { store, plan, definitions, links, register, ids: Ids::default(), head: Position(0) }
    }

    /// The last position that was written.
    pub(super) fn head(&self) -> Position {
        self.head
    }

    pub(super) async fn perform(&mut self, step: &Step) -> Result<(), Error> {
        self.store.clock().set(step.at);
        match &step.work {
            Work::Editions => self.load_editions().await,
            Work::Register(as_known_on) => {
                let whole = || self.register.clone();
                let register = as_known_on.map_or_else(whole, |day| self.register.as_known_on(day));
                self.load_register(register).await
            }
            Work::People(people) => self.record_people(people).await,
            Work::Acts(acts) => self.act(acts).await,
        }
    }

    async fn load_editions(&mut self) -> Result<(), Error> {
        for definition in self.definitions {
            let command = LoadEdition { definition: definition.clone() };
            let command = Command::LoadEdition(Box::new(command));
            let answer = self.store.write(Actor::Installation, Via::Demo, command).await;
            let event = self.event(&format!("framework {}", definition.key), answer)?;
            if let Some(Event::EditionLoaded(loaded)) = event {
                self.ids.elements.extend(loaded.elements.iter().copied().zip(0..));
            }
        }
        let command = Command::LoadLinks(Box::new(LoadLinks { links: self.links.clone() }));
        let answer = self.store.write(Actor::Installation, Via::Demo, command).await;
        self.event("links", answer)?;
        Ok(())
    }

    async fn load_register(&mut self, register: Register) -> Result<(), Error> {
        let command = Command::LoadRegister(Box::new(LoadRegister { register }));
        let answer = self.store.write(Actor::Installation, Via::Demo, command).await;
        if let Some(Event::RegisterLoaded(loaded)) = self.event("register", answer)? {
            self.learn_codes(&loaded);
        }
        // People are granted roles on organisations that the snapshot knows.
        self.store.snapshot_at(self.head).await;
        Ok(())
    }

    fn learn_codes(&mut self, loaded: &RegisterLoaded) {
        for dated in &loaded.facts {
            if let Fact::Code(Scheme::Ods, code) = &dated.fact {
                self.ids.organisations.insert(code.clone(), dated.organisation);
            }
        }
    }

    async fn record_people(&mut self, people: &[(Role, Option<String>)]) -> Result<(), Error> {
        let from = self.store.clock().now().today;
        for (role, on) in people {
            let person = LocalPerson { role: *role, on: on.as_deref(), called: None };
            let recorded = person.record(self.store, Via::Demo, from).await;
            let recorded = recorded.map_err(|error| refused(&person.subject(), error))?;
            self.ids.people.insert(person.subject(), recorded);
        }
        Ok(())
    }

    async fn act(&mut self, acts: &[Act]) -> Result<(), Error> {
        let clerk = Clerk { plan: self.plan, ids: &self.ids, today: self.store.clock().now().today };
        let orders = acts.iter().map(|act| clerk.order(act)).collect::<Result<Vec<_>, Error>>()?;
        let key = |(actor, _): &(Actor, Command)| match actor {
            Actor::Person { key, .. } => key.clone(),
            Actor::Installation => String::new(),
        };
        let keys: Vec<_> = orders.iter().map(key).collect();
        let write = |(actor, command)| self.store.write(actor, Via::Demo, command);
        let answers = in_order(orders.into_iter().map(write)).await;
        for ((act, key), answer) in acts.iter().zip(keys).zip(answers) {
            let event = self.event(&key, answer)?;
            let event = event.ok_or_else(|| Error::Internal(format!("{key} changed nothing")))?;
            self.learn(act, &event);
        }
        Ok(())
    }

    /// Keeps the ids and revisions that a change brought.
    fn learn(&mut self, act: &Act, event: &Event) {
        if let (Act::Open(round), Event::RoundOpened(opened)) = (act, event) {
            self.ids.rounds.insert(*round, opened.id);
        }
        if let (Act::Publish { papers, .. }, Event::AssessmentsPublished(event)) = (act, event) {
            let published = papers.iter().zip(&event.items);
            let published = published.map(|(paper, item)| (*paper, (item.assessment, item.revision)));
            self.ids.assessments.extend(published);
        }
        if let (Some(paper), Some(stands)) = (act.paper(), stands(event)) {
            self.ids.assessments.insert(paper, stands);
        }
        let rated = match event {
            Event::AssessmentStarted(event) => &event.carried,
            Event::ElementsRated(event) => &event.items,
            _ => return,
        };
        for (paper, item) in
            act.paper().into_iter().flat_map(|paper| rated.iter().map(move |item| (paper, item)))
        {
            if let Some(element) = self.ids.elements.get(&item.element) {
                self.ids.own.insert((paper, *element), (item.id, item.value.clone()));
            }
        }
    }

    /// What was recorded; none where the ledger said so already.
    fn event(&mut self, what: &str, answer: Answer) -> Result<Option<Event>, Error> {
        self.head = self.head.max(answer.head);
        match answer.outcome {
            Ok(Written::At(_, event)) => Ok(Some(event)),
            Ok(Written::Already | Written::Would(_)) => Ok(None),
            Err(error) => Err(refused(what, error)),
        }
    }
}

/// Where an assessment stands after a change.
fn stands(event: &Event) -> Option<(AssessmentId, u32)> {
    Some(match event {
        Event::AssessmentStarted(event) => (event.assessment, 1),
        Event::EvidenceRecorded(event) => (event.assessment, event.revision),
        Event::ElementsRated(event) => (event.assessment, event.revision),
        Event::AssessmentSubmitted(event) => (event.assessment, event.revision),
        Event::AssessmentReturned(event) => (event.assessment, event.revision),
        Event::ElementsModerated(event) => (event.assessment, event.revision),
        Event::ModerationShared(event) => (event.assessment, event.revision),
        Event::ModerationContested(event) => (event.assessment, event.revision),
        _ => return None,
    })
}

/// The plan is ours, so a refusal is our fault and not the user's.
fn refused(what: &str, error: Error) -> Error {
    match error {
        Error::Unavailable(_) => error,
        other => Error::Internal(format!("the demonstration's {what} was refused: {}", other.explain())),
    }
}

/// Polls from first to last every time. A write queues itself when it first gets on, so the queue has this order, always.
async fn in_order<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    poll_fn(|context| {
        let mut all_done = true;
        for (future, output) in &mut running {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(ready) => *output = Some(ready),
                    Poll::Pending => all_done = false,
                }
            }
        }
        if all_done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    running.into_iter().filter_map(|(_, output)| output).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[tokio::test]
    async fn writes_begin_in_their_order_however_long_each_takes() {
        let begun = RefCell::new(Vec::new());
        let write = |number: u64| {
            let begun = &begun;
            async move {
                begun.borrow_mut().push(number);
                tokio::task::yield_now().await;
                tokio::time::sleep(std::time::Duration::from_millis(3 - number % 3)).await;
                number
            }
        };
        let numbers: Vec<_> = (0..300).collect();
        assert_eq!(in_order(numbers.iter().copied().map(write)).await, numbers);
        assert_eq!(begun.into_inner(), numbers);
    }
}
