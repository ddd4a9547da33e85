//! The faults, each of which breaks one law at least.

/// What a saboteur does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing: the wrapper alone must keep all laws.
    None,

    // Tasks and groups.
    /// A child does not run before its handle is awaited.
    ChildWaitsForJoiner,
    /// The handle of a panicked child says that it was cancelled.
    PanickedIsCancelled,
    /// The handle of a panicked child never says anything.
    PanickedNeverJoins,
    /// A handle that is dropped cancels its child.
    HandleDropCancels,
    /// A child hears no wake-up from a thread of no task.
    DeafToThreads,
    /// The group does not wait for its children.
    ChildrenDetached,
    /// The group gives up when an enclosing scope is cancelled.
    GroupReturnsEarly,
    /// `spawn` polls the child once.
    SpawnPolls,
    /// The group takes no children once its body is over.
    ClosedWithBody,
    /// The group takes children for ever, and never runs the late ones.
    NeverCloses,
    /// A child that comes into a cancelled group is not run at all.
    CancelledChildNeverBegins,
    /// No cancellation reaches a child.
    ChildrenShielded,
    /// A child is cancelled if the scope around `spawn` is.
    ChildInheritsSpawner,
    /// `run` returns without waiting for the children of dropped groups.
    RunReturnsEarly,
    /// A group needs a second poll at least.
    EmptyGroupYields,
    /// A failure does not cancel the siblings.
    FailureCancelsNobody,
    /// Only the first failure is reported.
    SecondFailureSwallowed,
    /// A child that panics just ends.
    PanicSwallowed,
    /// A group that was cancelled never gives a value.
    CancelLosesValue,
    /// A group that was cancelled never gives failures.
    CancelBeatsFailures,
    /// A group's future that is dropped leaves the children running.
    DroppedGroupLeaks,

    /// Who waits for the value of a child that fails panics.
    ValueUnwraps,
    /// Who waits for a value that will not come waits for ever.
    ValueWaitsForEver,

    /// A panic that should be caught goes on.
    PanicNotCaught,
    /// A panic is given while the future that panicked is still there.
    CaughtTooSoon,

    /// A group takes no notice of its deadline.
    GroupDeadlineIgnored,
    /// The deadline of a group cannot be moved.
    GroupDeadlineStays,

    // Starting children.
    /// `start` goes on only when the child has ended.
    StartWaitsForEnd,
    /// A child that fails before it is ready cancels the group.
    StartFailureCancels,
    /// `start` never ends if the child was never ready.
    StartWaitsForEver,
    /// The scopes around `start` do not govern the child.
    StartIgnoresCaller,
    /// A child that is not ready does not see its group cancelled.
    StartIgnoresGroup,

    /// `spawn` into a closed group panics at a line of its own.
    SpawnPanicsElsewhere,
    /// The handle's `cancel` cancels the whole group.
    HandleCancelsGroup,
    /// In a large group the futures of children are leaked.
    CrowdLeaks,
    /// A scope that is cancelled waits for a group that was forgotten.
    ForgottenGroupHolds,

    /// A handle says that its child was spawned somewhere else.
    SpawnedElsewhere,
    /// Each group asks the one around it, and so on, on one stack.
    GroupsAskUpwards,
    /// A child that its runtime drops counts as one that has ended well.
    AbortedIsFine,

    // Views of groups, and other groups.
    /// Background children keep their group open.
    BackgroundKeepsOpen,
    /// Background children end with the body, whoever else is there.
    BackgroundEndsWithBody,
    /// The group does not wait for its background children.
    BackgroundNotJoined,
    /// A limited group takes one child more than it should.
    OneChildTooMany,
    /// A child's place is free when it has ended, though its future is still there.
    PlaceFreeBeforeTheEnd,
    /// The place of a child that fails is never free again.
    PlaceLostByFailure,
    /// In a limited group the last one that waits is served first.
    LimitServesTheLast,
    /// A place that is set aside for a caller who goes away is told to nobody else.
    LimitLosesATurn,
    /// A name is given to nobody.
    NamesForgotten,
    /// Ids tell apart only the children of one group.
    IdsOfOneGroup,
    /// A failure cancels a supervisor's children.
    SupervisorCancels,
    /// A supervisor gives only the last of the failures.
    SupervisorKeepsTheLast,
    /// A supervisor that fails reports only the last failure, which is its body's.
    SupervisorReportsItself,
    /// In a supervisor a child that panics just ends.
    SupervisorSwallowsPanics,
    /// A child of an inline group runs when the one before has ended.
    InlineOneByOne,
    /// An inline child's future is leaked when the group returns.
    InlineLeaks,
    /// A failure of an inline child does not cancel the siblings.
    InlineFailureCancelsNobody,
    /// An inline child that panics just ends.
    InlineSwallowsPanics,
    /// No cancellation reaches an inline child.
    InlineShielded,
    /// An inline group's future that is dropped leaks its children.
    DroppedInlineGroupLeaks,

    // Programs and threads.
    /// `run` in a task blocks its thread.
    NestedRunGoesAhead,
    /// `run` is refused on a blocking thread, too.
    NestedRunRefused,
    /// A blocking call runs its closure where it is awaited.
    BlocksTheTask,
    /// The panic of a blocking call loses its payload.
    BlockingPanicReplaced,

    // Time.
    /// A sleep ends after three quarters of its time.
    SleepsEarly,
    /// `sleep(Duration::MAX)` ends at once.
    MaxIsZero,
    /// A sleep ends when it is cancelled, instead of being cut.
    CancelledSleepEnds,
    /// A sleep panics on a thread of no task.
    SleepsInTasksOnly,
    /// A relative timeout counts from the construction of its scope.
    TimeoutFromConstruction,
    /// A deadline is not heeded.
    DeadlineIgnored,
    /// A deadline cannot be moved.
    SetDeadlineIgnored,
    /// Nobody is told the effective deadline.
    NoEffectiveDeadline,
    /// `fail_after` looks at the clock instead of at its scope.
    LateIsTimedOut,

    // Scopes.
    /// Only the first checkpoint in a cancelled scope is cut.
    EdgeTriggered,
    /// The last reason stays.
    LastReasonStays,
    /// A scope that was cancelled never gives a value.
    LateCancelLosesValue,
    /// The innermost cancelled scope absorbs.
    InnermostAbsorbs,
    /// The body of a scope that was cancelled before does not begin.
    CancelledNeverBegins,
    /// What runs until a condition is dropped there and then, whatever holds it open.
    ConditionDrops,
    /// A condition wins over a value that is there at the same time.
    ConditionFirst,
    /// A shield does not shield.
    ShieldIgnored,
    /// A cancellation that came during a shield is forgotten.
    ShieldForgives,
    /// A cleanup does not run after a cancellation.
    CleanupSkipped,

    /// `set_shield(false)` does nothing.
    ShieldStaysUp,
    /// A shield in a cancelled scope polls all the time.
    ShieldSpins,
    /// A cancellation that comes from a thread of no task is not heard.
    CancelsInTasksOnly,
    /// A shield that nobody polls holds cancelled scopes open.
    AbandonedShieldHolds,

    // Semaphores.
    /// The last waiter is served first.
    LastWaiterFirst,
    /// A permit handed to a waiter that is dropped wakes nobody else.
    WakeUpLost,
    /// There is one permit more than there should be.
    OnePermitTooMany,
    /// `try_acquire` takes what was promised to a waiter.
    TryAcquireBarges,
    /// A permit is not given back when it is dropped.
    PermitNotReleased,
    /// A free permit is taken in a cancelled scope, too.
    CancelledAcquires,
    /// Who wants many permits holds those that it has got, and waits for the others.
    ManyOneByOne,
    /// Who wants many permits stands in no line, and looks from time to time.
    ManyStandsInNoLine,
    /// However many permits are added, it is one.
    AddsOnlyOne,
    /// A permit that is forgotten comes back.
    ForgottenComesBack,

    // Channels.
    /// `recv` takes its item before it can give it to its caller.
    RecvEager,
    /// `send` in a cancelled scope sends if there is room.
    CancelledSends,
    /// Items still in the channel are gone when the last sender closes.
    CloseDropsItems,
    /// A send to closed receivers says that all is well.
    SendToNobodyIsFine,
    /// The receiver does not see the senders that wait.
    ReceiverSeesNoSends,
    /// A permit to send holds no place.
    PermitHoldsNothing,
    /// A permit to send that is dropped keeps its place.
    PermitKeepsItsPlace,
    /// A stream whose channel is closed waits for ever.
    StreamNeverEnds,
    /// Closing does nothing in a cancelled scope.
    CancelledCloses,
    /// Closing one clone closes all.
    CloseClosesClones,
    /// `bounded(0)` holds one item.
    RendezvousBuffersOne,
    /// A clone of the receiver loses an item each time.
    CloneLosesItems,

    // Fairness.
    /// Operations that are ready never give way.
    NobodyYields,
}
