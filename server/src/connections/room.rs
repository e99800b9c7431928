//! Room for connections. Where it is full, the connection on which nothing has been asked for the longest makes way: it
//! may be somebody's who will open another one, and it may be one of many that are held open to keep others out.
//!
//! A connection with a request under way is never ended: until the answer was handed over.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;

/// Room for so many.
#[derive(Debug)]
pub(super) struct Room {
    most: usize,
    places: Mutex<Places>,
}

#[derive(Debug, Default)]
struct Places {
    taken: usize,
    /// Those on which nothing is asked, the longest first.
    idle: BTreeMap<u64, CancellationToken>,
    next: u64,
}

impl Places {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

/// A connection's place. It is free again when dropped.
#[derive(Debug)]
pub(super) struct Place {
    room: Arc<Room>,
    ends: CancellationToken,
    /// How many requests are under way, and its number while there are none.
    stands: Mutex<(usize, u64)>,
}

/// A request that is under way on a connection, until its answer was handed over or it is dropped.
#[derive(Debug)]
pub(super) struct Busy(Arc<Place>);

impl Room {
    /// Room for so many.
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, places: Mutex::default() })
    }

    /// A place, if need be that of another; none where requests are under way on all of them.
    pub(super) fn take(self: &Arc<Self>) -> Option<Arc<Place>> {
        let ends = CancellationToken::new();
        let mut places = self.places();
        if places.taken >= self.most {
            let (_, longest) = places.idle.pop_first()?;
            longest.cancel();
        }
        places.taken += 1;
        let number = places.number();
        places.idle.insert(number, ends.clone());
        drop(places);
        Some(Arc::new(Place { room: self.clone(), ends, stands: Mutex::new((0, number)) }))
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Ends where the connection has to make way.
    pub(super) const fn ends(&self) -> &CancellationToken {
        &self.ends
    }

    /// Something is asked.
    pub(super) fn busy(self: &Arc<Self>) -> Busy {
        let mut stands = self.stands.lock().unwrap_or_else(PoisonError::into_inner);
        let (requests, number) = &mut *stands;
        *requests += 1;
        self.room.places().idle.remove(number);
        drop(stands);
        Busy(self.clone())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let place = &self.0;
        let mut stands = place.stands.lock().unwrap_or_else(PoisonError::into_inner);
        let (requests, number) = &mut *stands;
        *requests -= 1;
        if *requests == 0 {
            let mut places = place.room.places();
            *number = places.number();
            places.idle.insert(*number, place.ends.clone());
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (_, number) = *self.stands.lock().unwrap_or_else(PoisonError::into_inner);
        let mut places = self.room.places();
        places.idle.remove(&number);
        places.taken -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_nothing_for_the_longest_makes_way_and_who_asks_something_never_does() {
        let room = Room::new(3);
        let [first, second, third] = [(); 3].map(|()| room.take().unwrap());
        let asked = first.busy();
        let fourth = room.take().unwrap();
        assert!(second.ends().is_cancelled() && !first.ends().is_cancelled() && !third.ends().is_cancelled());
        drop(second);
        drop(asked);
        let _fifth = room.take().unwrap();
        assert!(third.ends().is_cancelled(), "the first was busy a moment ago");
        assert!(!first.ends().is_cancelled() && !fourth.ends().is_cancelled());
    }

    #[test]
    fn where_requests_are_under_way_on_all_there_is_no_room_until_one_ends() {
        let room = Room::new(2);
        let [first, second] = [(); 2].map(|()| room.take().unwrap());
        let (one, other) = (first.busy(), second.busy());
        let again = second.busy();
        assert!(room.take().is_none());
        drop(other);
        assert!(room.take().is_none(), "one of two is still under way there");
        drop(again);
        assert!(room.take().is_some());
        assert!(second.ends().is_cancelled());
        drop(one);
    }

    #[test]
    fn places_are_given_back() {
        let room = Room::new(1);
        for _ in 0..100 {
            let place = room.take().unwrap();
            let busy = place.busy();
            drop(place);
            assert!(room.take().is_none());
            drop(busy);
            let places = room.places();
            assert_eq!((places.taken, places.idle.len()), (0, 0));
        }
    }
}
