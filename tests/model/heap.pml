/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The protocol by which the remote heap is lent, with all that runs beside it.
 * tests/run-model searches it; docs/remote-heap.md says how to read what it finds.
 *
 *	LEND ... LOSE			driver/heap_state.c: the rule
 *	mem_*				driver/heap_memory.c
 *	access_*, iommu_*, scm_*	driver/heap_segment.c, driver/vmperm.c
 *	segment_*			driver/heap_segment.c
 *	heap_*, request_*, region_*	driver/remote_heap.c, driver/remoteproc.c
 *	helper				driver/heap_pdr.c, with the kernel's PDR helper
 *	power				driver/heap_memory.c: pool_freeze(), and the kernel
 *	daemon				driver/process.c: who calls CREATE_STATIC, MMAP and MUNMAP
 *	bus, unload			driver/channel.c, driver/main.c
 *	core				the remoteproc core: boot, stop, crash and recovery
 *	dsp				the DSP, its audio PD and the service registry
 *
 * The invariants are assertions, marked I1 to I7.  I3 is what I2 and I5 rest on: a message
 * under way counts as use.  The DSP's loads and stores are no steps of their own: the
 * assertions forbid to close, and to touch, what the DSP could use at that moment.
 *
 * What the driver does with heap->lock held is one atomic step, since nothing waits there.
 * The turn, the remoteproc's lock and the device's are held over several; a deadlock is
 * an invalid end state.
 *
 * The bounds, of which each configuration of tests/run-model has a part, all at most:
 *  - one DSP, one region, one segment of growth at a time;
 *  - 2 runs of the DSP: the first ends by a stop or a crash; one stop op that fails;
 *  - 3 requests: of a daemon that may be killed, of one that is not, or of both at once;
 *  - 2 ends of the audio PD, 4 notifications of the PDR helper that wait;
 *  - 1 refusal by SCM, or by the IOMMU to unmap;
 *  - 1 unbinding by hand, 1 unload, 1 reboot or hibernation.
 * No clock: a second that heap_pdr.c waits may pass at any moment, and at module end no news of
 * the PDR helper are late.  "Up" of a run comes before the driver learns of the run's end, or,
 * if it does not learn of it, before the next channel comes: heap_pdr.c cannot tell these from
 * news of the next run.  No allocation and no iommu_map() fails for lack
 * of memory.  Attributes, owners, sizes, addresses and the device tree are not in it.
 */

/* --- what the world is: tests/run-model sets it ------------------------------------ */

#define MAP	0	/* a domain of the remoteproc's own */
#define ASSIGN	1	/* a hypervisor below */
#define AS_IS	2	/* nothing translates the stream */

hidden byte WAY;
hidden byte RUNS;	/* of the DSP */
hidden byte REQUESTS_A;	/* of a daemon that may be killed wherever it waits, and */
hidden byte REQUESTS_B;	/* of one that is not killed: 3 together at most */
hidden byte REFUSALS;	/* of SCM, or of the IOMMU to unmap */
hidden byte UNBINDS;	/* by hand */
hidden byte PD_ENDS;	/* of the audio PD alone */
hidden byte NO_MAP;	/* the region is a carve-out; else it is allocated */
hidden byte HAS_GROWTH;
hidden byte STOP_FAILS;	/* the stop op, once */
hidden byte IS_IMPLICIT;	/* the DSP uses the region without being told */
hidden byte HAS_PDR;	/* the PDR helper is there */
/* The work item of a channel.  But for sensors it does no more than a request begins with. */
hidden byte HAS_ATTACH;
hidden byte HAS_POWER, HAS_UNLOAD;
hidden byte mutant;	/* what is wrong with the driver: 0: nothing */

#define BROKEN(name)	(mutant == name)

/* ... that end by themselves */
#define PROCESSES	(1 + (REQUESTS_A > 0) + (REQUESTS_B > 0) + HAS_POWER + HAS_UNLOAD)

#define REGION	0
#define GROWTH	1

mtype = { FREE, MINE, LENT, LOST };			/* a segment; FREE: there is none */
mtype = { OFFLINE, RUNNING, CRASHED };			/* enum rproc_state */
mtype = { NONE, ATTACH, OFFER, GROW, UNMAP, OK, ERR };	/* on the wire */
mtype = { UNKNOWN, UP, DOWN };				/* the audio PD, and news of it */
mtype = { FAILED };	/* news: "down", because the helper's registration failed */

/* --- the driver's own state -------------------------------------------------------- */

mtype st[2] = FREE;	/* segment->state, */
bool is_told[2], was_told[2];	/* ... and whether the DSP has the address, or had it before */
bool is_sure[2];	/* it has answered that offer */
bool is_away[2];	/* segment->is_scm_asked: SCM is asked to return it */
bool named;		/* growth->dsp_addr */
byte heap_run = 1;		/* heap->run */
byte current_run;	/* of the last request that watched the DSP; 0: none yet */
byte attach_run;	/* of the last channel; 0: none yet */
byte stream;		/* heap->stream.domain */
byte channel;		/* heap->channel: its number; 0: none */
mtype pd = UNKNOWN;
bool has_handle;	/* heap->pdr */
bool watched;		/* the subdevice is registered */
bool is_lending;	/* a request has decided to lend */
byte tries_left;	/* of a sensor DSP's channel */
byte turn, rproc_lock, device_lock, heap_lock;	/* holder + 1 */
bool is_waiting;	/* who has the turn waits for the DSP: it can be frozen */
bool is_frozen;		/* tasks and the work item are */

/* --- the world: what is really so -------------------------------------------------- */

mtype rstate = OFFLINE;
bool dsp_on;		/* until the stop op */
byte domain;		/* which one the remoteproc has; 0: none */
bool claimed[2];	/* taken from the allocator, or checked */
bool mapped[2];		/* in the domain */
bool assigned[2];	/* to the VMs, by SCM */
bool used[2];		/* the DSP may load and store there, whenever it likes */
bool filled[2];		/* has contents: the DSP's, or of an earlier user */
bool got[2];		/* the PD that lives was given it */
bool is_out[2];		/* its address has left in this run of the DSP */
bool pd_up, pd_acked;	/* it lives; its end was acknowledged */
byte pd_ends;
bool pd_fell;		/* it ended in this run of the DSP */
byte dsp_run;
byte listener;		/* the run in which the helper has registered; 0: none */
bool excused;		/* the PD that lives may lack its heap: docs/remote-heap.md says why */
bool is_late;		/* the region was lent for a run that had ended */
bool is_asked;		/* CREATE_STATIC was called */
bool device;		/* the rpmsg device is there */
byte alive;		/* the channel whose messages go out */
byte channels, unbinds, refusals;
mtype wire[3] = NONE;	/* a slot for each request: its message, then the answer */
bool is_fresh[3];	/* the PD that it is meant for lives */
bool is_left[3];	/* no request waits for the answer */
chan news = [4] of { mtype, byte };	/* of the PDR helper: state, run */
bool is_pending;	/* heap->work */
bool in_callback, core_over;
bool module_going, module_gone;
byte module_refs;	/* files, and segments that are LENT or LOST */
byte finished;
bool is_rebooting;	/* system_state; and what has decided before is over: */
bool is_shut_down;
bool is_image;		/* an image is being made */

/* Memory that no gate keeps a sensor DSP out of: the CPU never stores there. */
#define UNGATED		(IS_IMPLICIT && WAY == AS_IS)
#define is_pool(s)	(s == GROWTH || !NO_MAP)
#define is_open(s)	(WAY == AS_IS || mapped[s] || assigned[s])
#define word(s)		(s == REGION -> OFFER : GROW)
#define is_under_way(s)	(wire[0] == word(s) || wire[1] == word(s) || wire[2] == word(s))
#define may_use(s)	(dsp_on && (used[s] || is_under_way(s)))

#define ME		(_pid + 1)
#define HEAP_LOCK	heap_lock = ME
#define HEAP_UNLOCK	heap_lock = 0

/* I7: what takes its time no request does with a lock that the core needs. */
#define SLOW	assert((heap_lock != ME && rproc_lock != ME) || in_callback)

/* --- the rule: heap_state.c -------------------------------------------------------- */

#define may_lend(s)	(st[s] == MINE || (BROKEN(state_quarantine_ends) && st[s] == LOST))
#define may_offer(s)	(!is_told[s] && st[s] == LENT)
#define may_answer(s)	(st[s] == LENT && is_told[s] && !is_sure[s])
#define may_pd_gone(s)	(st[s] == LENT && is_told[s] && \
			 (is_sure[s] || BROKEN(heap_pd_offering_ignored)))
#define may_return(s)	(st[s] == LENT && is_told[s] && is_sure[s])
#define may_withdraw(s)	(st[s] == LENT && !BROKEN(heap_granted_stays) && \
			 (BROKEN(state_offered_withdrawn) || !is_told[s]) && \
			 (BROKEN(state_offered_withdrawn) || \
			  BROKEN(state_orphaned_withdrawn) || !was_told[s]))
#define may_dsp_off(s)	(st[s] == LENT || st[s] == LOST)

inline LEND(s)
{
	assert(may_lend(s));
	assert(is_open(s));			/* I4 */
	st[s] = LENT;
	is_late = is_late || (s == REGION && r != heap_run)
}

inline OFFER_STEP(s)
{
	assert(may_offer(s));
	is_told[s] = true
}

inline ANSWERED(s)
{
	assert(may_answer(s) || BROKEN(heap_pd_offering_ignored));
	is_sure[s] = is_told[s];
	was_told[s] = true
}

inline UNSENT(s)
{
	assert(may_answer(s) || BROKEN(heap_pd_offering_ignored));
	is_told[s] = false
}

inline PD_GONE(s)
{
	assert(may_pd_gone(s));
	is_told[s] = false;
	is_sure[s] = false
}

/* WITHDRAW, RETURN, DSP_OFF; or LOSE, which ends in LOST. */
inline TAKEN(s, to)
{
	st[s] = to;
	is_told[s] = false;
	is_sure[s] = false;
	was_told[s] = false
}

/* --- memory: heap_memory.c --------------------------------------------------------- */

/* Allocated memory is zero, of a carve-out nothing is known. */
inline mem_claim(s)
{
	SLOW;
	assert(IS_IMPLICIT || is_asked);	/* on demand */
	assert(!claimed[s]);
	claimed[s] = true;
	is_out[s] = false;
	filled[s] = !is_pool(s)
}

/* A store of the CPU. */
inline mem_zero(s)
{
	SLOW;
	assert(claimed[s]);
	assert(!mapped[s] && !assigned[s] && !may_use(s));		/* I1 */
	filled[s] = false
}

inline mem_free(s)
{
	SLOW;
	if
	:: is_pool(s) && !(BROKEN(heap_freed_unscrubbed) && s == REGION) &&
	   !(BROKEN(growth_freed_unscrubbed) && s == GROWTH) -> mem_zero(s)
	:: else
	fi;
	assert(claimed[s]);
	assert(UNGATED || (!mapped[s] && !assigned[s] && !may_use(s)));	/* I1 */
	assert(!is_pool(s) || !filled[s]);
	claimed[s] = false
}

/* --- what lets the DSP in: heap_segment.c, vmperm.c -------------------------------- */

inline opened(s)
{
	assert(claimed[s]);
	assert(!filled[s] || UNGATED);		/* the DSP sees nothing of others */
	assert(!is_shut_down && !(is_image && is_pool(s)));
	if
	:: IS_IMPLICIT && dsp_on -> used[s] = true; filled[s] = true
	:: else
	fi
}

inline iommu_map(s)
{
	assert(WAY == MAP && !assigned[s] && !mapped[s]);	/* I6 */
	assert(domain != 0 && stream == domain);
	assert(heap_lock == ME);		/* so the domain stays */
	mapped[s] = true;
	opened(s)
}

inline iommu_unmap(s)
{
	assert(WAY == MAP && mapped[s] && domain != 0);		/* I6 */
	if
	:: mapped[s] = false; done = true
	:: refusals < REFUSALS -> refusals++; done = false
	fi
}

inline scm_assign(s)
{
	SLOW;
	assert(WAY == ASSIGN && !mapped[s] && !assigned[s]);	/* I6 */
	if
	:: assigned[s] = true; done = true; opened(s)
	:: refusals < REFUSALS -> refusals++; done = false
	fi
}

inline scm_return(s)
{
	SLOW;
	assert(WAY == ASSIGN && assigned[s]);			/* I6 */
	if
	:: assigned[s] = false; done = true
	:: refusals < REFUSALS -> refusals++; done = false
	fi
}

inline access_allow(s)
{
	done = true;
	if
	:: WAY == AS_IS -> opened(s)
	:: WAY == MAP && !BROKEN(heap_not_mapped) && !BROKEN(scm_asked_beside_the_iommu) ->
		iommu_map(s)
	:: (WAY == ASSIGN && !BROKEN(scm_assign_skipped)) || BROKEN(scm_asked_beside_the_iommu) ->
		scm_assign(s)
	:: else
	fi
}

inline access_deny(s)
{
	assert(UNGATED || !may_use(s));				/* I5 */
	done = true;
	if
	:: WAY == MAP -> iommu_unmap(s)
	:: WAY == ASSIGN && !BROKEN(scm_return_skipped) -> scm_return(s)
	:: else
	fi;
	done = done || (BROKEN(heap_short_unmap_ignored) && WAY == MAP) ||
	       (BROKEN(scm_positive_is_good) && WAY == ASSIGN) ||
	       (BROKEN(scm_growth_freed_unreturned) && s == GROWTH)
}

/* --- segments: heap_segment.c ------------------------------------------------------ */

/* @allowed is what the rule says of the step.  Afterwards MINE, LOST, or as before. */
inline segment_reclaim(s, allowed)
{
	if
	:: (allowed) && (st[s] != LOST || BROKEN(heap_lost_mapping_tried_again) ||
			 (WAY == ASSIGN && !BROKEN(scm_quarantined_for_ever))) ->
		access_deny(s);
		if
		:: done ->
			module_refs = module_refs - !(BROKEN(heap_unsent_pins) &&
						      st[s] == LENT && !was_told[s]);
			TAKEN(s, MINE)
		:: !done && st[s] == LENT ->
			module_refs = module_refs - BROKEN(heap_lost_given_up);
			TAKEN(s, (BROKEN(state_failed_revoke_claimed) -> MINE : LOST))
		:: else
		fi
	:: else
	fi
}

/* heap->lock is released while SCM is asked, and no other process asks meanwhile. */
inline segment_reclaim_unlocked(s, allowed)
{
	atomic { done = (allowed) && !is_away[s]; is_away[s] = is_away[s] || done };
	if
	:: done -> atomic { segment_reclaim(s, done); is_away[s] = false }
	:: else
	fi
}

inline segment_reclaim_listed(s, allowed)
{
	if
	:: WAY == MAP -> atomic { HEAP_LOCK; segment_reclaim(s, allowed); HEAP_UNLOCK }
	:: else -> segment_reclaim_unlocked(s, allowed)
	fi;
	done = false
}

inline segment_free(s)
{
	if
	:: st[s] == MINE -> mem_free(s); st[s] = FREE; named = named && s != GROWTH
	:: else
	fi
}

inline heap_free_mine()
{
	atomic { segment_free(REGION); segment_free(GROWTH) }
}

/* Claimed, of run r.  ret: it is LENT; else it is MINE as before. */
inline segment_lend(s)
{
	atomic {
		if
		:: !is_pool(s) && !UNGATED && !BROKEN(heap_not_scrubbed) -> mem_zero(s)
		:: else
		fi;
		/* a file holds the module: it goes under a work item alone */
		ret = !module_going &&
		      (!is_rebooting || (BROKEN(growth_after_reboot_begun) && s == GROWTH));
		has_begun = ret;
		is_lending = ret;
		module_refs = module_refs + (ret && !BROKEN(heap_not_pinned))
	};
	/* SCM takes its time, and the end of the DSP does not wait for it */
	if
	:: ret && WAY != MAP -> atomic { access_allow(s); ret = done; }
	:: else
	fi;
	atomic {
		HEAP_LOCK;
		if
		:: ret && WAY == MAP ->
			ret = heap_run == r || BROKEN(own_mapped_in_any_run);
			if :: ret -> access_allow(s) :: else fi
		:: else
		fi;
		if
		:: ret ->
			LEND(s);
			/* it is not told, and may use the region from now on */
			if
			:: IS_IMPLICIT && !BROKEN(heap_sensors_offered_later) ->
				OFFER_STEP(s);
				ANSWERED(s)
			:: else
			fi
		:: else -> module_refs = module_refs - (has_begun && !BROKEN(heap_not_pinned))
		fi;
		HEAP_UNLOCK;
		is_lending = false;
		has_begun = false;
		done = false
	}
}

/* --- the audio PD's life: heap_pdr.c ------------------------------------------------ */

/*
 * The helper lags, but "up" of a run comes before its end is heard of.  pd_handle_state() and
 * pd_forget_region() are its callback; it acknowledges after it.
 */
proctype helper()
{
	mtype what;
	byte nr;
	bool has_ended;

end:	do
	:: atomic { news?what,nr ->
			if
			:: what == UP ->
				pd = ((BROKEN(heap_pd_stays_down_for_good) && pd == DOWN) ||
				      (BROKEN(heap_pd_unwatched_up) && heap_run != current_run) -> pd : UP);
				if
				:: BROKEN(heap_pd_offered_on_every_up) && may_pd_gone(REGION) -> PD_GONE(REGION)
				:: else
				fi;
				/* one that is up is not refused, and its end will be heard of */
				assert(pd == UP)
			:: (what == DOWN || what == FAILED ||
			    (BROKEN(heap_pd_any_news) && what == UNKNOWN)) &&
			   (pd == UP || (BROKEN(heap_pd_down_without_up) && pd != DOWN)) ->
				has_ended = heap_run == current_run;
				pd = (has_ended -> DOWN : UNKNOWN);
				/* an offer may go to the dead PD, until the next is up */
				excused = excused || (!has_ended && nr == dsp_run)
			:: else
			fi;
			pd_acked = pd_acked || (what == DOWN && nr == dsp_run && !has_ended);
			what = (has_ended -> what : NONE)
		};
		if
		:: has_ended ->
			/* until the request that is out has ended, or for a second: at any time */
			atomic {
				if
				:: pd == DOWN && may_pd_gone(REGION) && !BROKEN(heap_pd_unheard) ->
					PD_GONE(REGION)
				:: else -> excused = excused || (is_told[REGION] && !is_sure[REGION])
				fi;
				pd_acked = pd_acked || (what == DOWN && nr == dsp_run);
				has_ended = false;
				what = NONE;
				nr = 0
			}
		:: else -> nr = 0
		fi
	/* frpc_heap_pdr_start(), in the work item of the first channel */
	:: atomic { !has_handle && channel != 0 && !module_going -> has_handle = true }
	/*
	 * It registers in each run.  What it says of the PD at first may be anything; what is
	 * no state of a PD only where the PD ends by itself, to save steps.
	 */
	:: atomic { has_handle && dsp_on && listener == 0 ->
			listener = dsp_run;
			if
			:: nfull(news) -> news!FAILED,listener
			:: true
			fi;
			if
			:: pd_up && nfull(news) -> news!UP,listener
			:: !pd_up || full(news) -> excused = true
			fi;
			if
			:: PD_ENDS > 0 && nfull(news) -> news!UNKNOWN,listener
			:: true
			fi
		}
	/* the registry has gone with the DSP */
	:: atomic { listener != 0 && !(dsp_on && listener == dsp_run) && nfull(news) ->
			news!DOWN,listener;
			listener = 0
		}
	:: module_gone -> break
	od
}

/* --- the end of the DSP: remote_heap.c ---------------------------------------------- */

#define is_lent(s)	(is_away[s] || st[s] == LENT || st[s] == LOST)
/* what SCM refused to return is asked for at each end */
#define asked_again(s)	(is_away[s] || st[s] != LOST || WAY != ASSIGN || refusals > before)

#define off_region	(may_dsp_off(REGION) && !BROKEN(heap_not_revoked_when_off) && \
			 !(BROKEN(heap_crash_is_no_end) && is_crash))
#define off_growth	(may_dsp_off(GROWTH) && !BROKEN(growth_not_revoked) && \
			 !(BROKEN(heap_crash_is_no_end) && is_crash))

/* Called by the core after the stop op.  A domain that is to go is one step. */
inline heap_off()
{
	atomic {
		in_callback = true;
		HEAP_LOCK;
		heap_run++;
		is_out[REGION] = false;
		is_out[GROWTH] = false;
		is_late = false;
		pd = (BROKEN(heap_pd_stays_down) -> pd : UNKNOWN);
		before = refusals;
		if
		:: WAY == MAP ->
			segment_reclaim(REGION, off_region);
			segment_reclaim(GROWTH, off_growth)
		:: else
		fi;
		HEAP_UNLOCK
	};
	if
	:: WAY != MAP ->
		segment_reclaim_unlocked(REGION, off_region);
		assert(asked_again(REGION));
		atomic { before = refusals };
		segment_reclaim_unlocked(GROWTH, off_growth);
		assert(asked_again(GROWTH))
	:: else
	fi;
	atomic {
		before = 0;
		done = false;
		is_pending = true;
		in_callback = false
	}
}

/* --- requests: remote_heap.c --------------------------------------------------------- */

/* frpc_rproc_watch(): one step, with the remoteproc's lock. */
inline rproc_watch()
{
	ret = rstate == RUNNING;
	if
	:: ret ->
		assert(rproc_lock == 0);	/* the list of subdevices is the core's */
		watched = !BROKEN(own_not_watched);
		stream = (BROKEN(own_stream_of_any_run) && stream != 0 -> stream : domain)
	:: else
	fi
}

/* In its turn.  ret: the end of run r is heard of. */
inline request_begin()
{
	heap_free_mine();
	ret = channel == c;
	if
	:: ret ->
		if
		:: atomic { rproc_lock == 0 || BROKEN(heap_remoteproc_not_locked) -> rproc_watch() }
		:: mortal -> ret = false
		fi;
		atomic {
			if
			:: ret ->
				ret = channel == c || BROKEN(heap_offered_to_a_gone_channel);
				r = heap_run;
				current_run = (ret -> heap_run : current_run)
			:: else
			fi
		}
	:: else
	fi
}

/* ret: the region is LENT. */
inline region_ready()
{
	if
	:: st[REGION] == LOST && !IS_IMPLICIT ->
		segment_reclaim_listed(REGION, may_dsp_off(REGION));
		heap_free_mine()
	:: else
	fi;
	if
	:: st[REGION] == FREE ->
		atomic { mem_claim(REGION); claimed[REGION] = !BROKEN(heap_pool_not_allocated);
			 st[REGION] = MINE };
		segment_lend(REGION)
	:: st[REGION] == LOST && BROKEN(state_quarantine_ends) -> segment_lend(REGION)
	:: else -> ret = st[REGION] != LOST
	fi
}

/* ret: a message may go out; page: it names the segment. */
inline segment_offer(s)
{
	atomic {
		HEAP_LOCK;
		ret = (heap_run == r || BROKEN(own_offered_in_any_run)) && pd != DOWN;
		/* one is not refused for the end of another run's PD */
		assert(pd != DOWN || heap_run != r || pd_fell);
		if
		:: ret ->
			page = !is_told[s] || (s == REGION && (BROKEN(heap_offered_every_time) ||
				BROKEN(heap_pd_told_of_offered_twice)));
			if :: !is_told[s] -> OFFER_STEP(s) :: else fi;
			is_fresh[slot] = true
		:: else
		fi;
		HEAP_UNLOCK
	};
	if
	:: !ret -> segment_reclaim_listed(s, may_withdraw(s))
	:: else
	fi
}

#define is_unsent_outcome(s) \
	((!is_sent && !(BROKEN(heap_unsent_counts) && s == REGION) && \
	  !(BROKEN(growth_unsent_is_the_dsps) && s == GROWTH)) || \
	 (BROKEN(heap_error_takes_back) && s == REGION && said != OK) || \
	 (BROKEN(growth_freed_on_refusal) && s == GROWTH && said != OK))

/* frpc_heap_offered(): what came of the message is in is_sent and said. */
inline heap_offered(s)
{
	atomic {
		HEAP_LOCK;
		ret = false;
		if
		:: page && (heap_run == r || BROKEN(heap_old_request_counts)) ->
			ret = is_unsent_outcome(s);
			if
			:: ret -> UNSENT(s)
			:: !ret && (said != NONE || !is_sent || BROKEN(own_silence_is_an_answer)) ->
				ANSWERED(s);
				named = (s == GROWTH -> said == OK : named)
			:: else
			fi
		:: else
		fi;
		HEAP_UNLOCK
	};
	if
	:: ret -> segment_reclaim_listed(s, may_withdraw(s))
	:: else
	fi;
	/* what was never sent in this run is not lent any more */
	assert(!page || is_out[s] || heap_run != r || st[s] != LENT)
}

/* Leaves a message to the transport: it goes out, or it does not. */
inline send(what, s)
{
	atomic {
		if
		:: alive == c ->
			assert(what == UNMAP || what == ATTACH || is_open(s));	/* I4 */
			assert(what == UNMAP || what == ATTACH || is_told[s]);	/* I3 */
			wire[slot] = what;
			is_out[s] = is_out[s] || what == word(s);
			is_sent = true;
			is_waiting = true
		:: is_sent = false
		fi
	};
	if
	:: is_sent ->
		if :: BROKEN(static_not_serialised) -> turn = 0 :: else fi;
		if
		:: atomic { (wire[slot] == OK || wire[slot] == ERR) && !is_frozen ->
				is_waiting = false;
				said = wire[slot];
				wire[slot] = NONE
			}
		:: atomic { (alive != c || mortal) && !is_frozen ->
				is_waiting = false;
				excused = excused || (page && heap_run == r);
				is_left[slot] = wire[slot] != NONE && wire[slot] != OK &&
						wire[slot] != ERR;
				wire[slot] = (is_left[slot] -> wire[slot] : NONE)
			}
		fi;
		if
		:: BROKEN(static_not_serialised) -> atomic { turn == 0 && !is_frozen -> turn = ME }
		:: else
		fi
	:: else
	fi
}

inline request_clear()
{
	c = 0;
	r = 0;
	page = false;
	is_sent = false;
	ret = false;
	done = false;
	said = NONE;
	call = NONE
}

proctype daemon(bool mortal; byte slot; byte last)
{
	byte c, r;
	bool page, has_begun, ret, done, is_sent;
	mtype said = NONE, call = NONE;

	do
	:: atomic { slot == last || module_going || core_over -> finished++; break }
	:: atomic { slot != last && channel != 0 && !module_going -> c = channel; module_refs++ };
		if
		:: atomic { turn == 0 && !is_frozen -> turn = ME;
				if
				:: call = ATTACH; is_asked = true
				:: HAS_GROWTH && st[REGION] != FREE -> call = GROW
				:: st[GROWTH] != FREE -> call = UNMAP
				fi
			}
		:: mortal -> goto close
		fi;
		request_begin();
		if
		:: !ret -> goto unlock
		:: ret && call == UNMAP -> goto unmap
		:: ret && call != UNMAP && pd == DOWN ->
			assert(heap_run != r || pd_fell);
			goto request_end
		:: ret && call == GROW && pd != DOWN -> goto grow
		:: ret && call == ATTACH && pd != DOWN
		fi;
		region_ready();
		if :: !ret -> goto request_end :: else fi;
		segment_offer(REGION);
		if :: !ret -> goto request_end :: else fi;
		if
		:: page -> send(OFFER, REGION)
		:: else -> send(ATTACH, REGION)
		fi;
		heap_offered(REGION);
		goto request_end;
grow:
		if
		:: atomic { is_told[REGION] && st[GROWTH] == FREE ->
				if
				:: BROKEN(growth_from_the_region) -> mem_claim(REGION)
				:: else -> mem_claim(GROWTH)
				fi;
				st[GROWTH] = MINE
			}
		:: else -> goto request_end
		fi;
		segment_lend(GROWTH);
		if
		:: !ret ->
			st[GROWTH] = (BROKEN(nth_growth_lost) -> FREE : st[GROWTH]);
			goto request_end
		:: else
		fi;
		segment_offer(GROWTH);
		if :: !ret -> goto request_end :: else fi;
		send(GROW, GROWTH);
		heap_offered(GROWTH);
		goto request_end;
unmap:
		atomic {
			ret = named && (was_told[GROWTH] || BROKEN(growth_quarantined_found));
			assert(!ret || st[GROWTH] == LENT);
			if :: !ret -> goto request_end :: else fi
		};
		if
		:: BROKEN(growth_freed_unasked) -> said = OK; is_sent = true
		:: else -> send(UNMAP, GROWTH)
		fi;
		if
		:: said == OK || (BROKEN(growth_freed_although_kept) && is_sent) ||
		   (BROKEN(growth_killed_is_returned) && is_sent && said == NONE) ||
		   (BROKEN(growth_unsent_return) && !is_sent) ->
			if
			:: !BROKEN(growth_left_open) -> segment_reclaim_listed(GROWTH, may_return(GROWTH))
			:: else
			fi;
			assert(st[GROWTH] != LENT || is_away[GROWTH])
		:: else
		fi;
request_end:
		heap_free_mine();
unlock:		turn = 0;
close:		atomic {
			module_refs--;
			if
			:: BROKEN(heap_taken_at_close) -> segment_reclaim(REGION, may_dsp_off(REGION))
			:: else
			fi;
			request_clear();
			slot++
		}
	od
}

/*
 * The work item: for a channel that has come, and after the end of the DSP.  The sensor DSP is
 * told nothing: this lends what it may use.
 */
proctype heap_work()
{
	byte c, r;
	bool page, has_begun, ret, done, is_sent, is_idle;
	bool mortal = false;
	mtype said = NONE, call = NONE;

end:	do
	:: atomic { is_pending && turn == 0 && !is_frozen -> turn = ME; is_pending = false };
		atomic {
			heap_free_mine();
			is_idle = st[REGION] == FREE && st[GROWTH] == FREE && channel == 0 &&
				  current_run != heap_run;
			c = (HAS_ATTACH -> channel : 0)
		};
		if
		:: is_idle -> atomic { rproc_lock == 0 -> watched = false }
		:: else
		fi;
		if :: c == 0 -> goto unlock :: else fi;
		request_begin();
		if :: !ret -> goto unlock :: else fi;
		if
		:: (IS_IMPLICIT || BROKEN(heap_lent_at_probe)) && !BROKEN(heap_sensors_not_opened) ->
			region_ready()
		:: else
		fi;
		atomic {
			if
			:: BROKEN(heap_sensors_offered_later) && may_offer(REGION) ->
				OFFER_STEP(REGION);
				ANSWERED(REGION)
			:: else
			fi
		};
		/* the sensors have their region, or the driver tries again */
		assert(!ret || !IS_IMPLICIT || heap_run != r || is_told[REGION]);
		heap_free_mine();
		atomic {
			if
			:: !ret && tries_left > 0 -> tries_left--; is_pending = true
			:: else
			fi
		};
unlock:		atomic {
			turn = 0;
			is_idle = false;
			request_clear()
		}
	:: module_gone -> break
	od
}

/* --- channels: channel.c, remote_heap.c ------------------------------------------------ */

/* The device's lock is held, and the channel is not alive any more. */
inline heap_detach()
{
	atomic {
		HEAP_LOCK;
		if
		:: BROKEN(scm_return_before_stop) || BROKEN(channel_takes_the_heap) ||
		   (BROKEN(heap_sensors_not_offered) && IS_IMPLICIT) ->
			segment_reclaim(REGION, may_dsp_off(REGION))
		:: BROKEN(growth_closed_with_channel) -> segment_reclaim(GROWTH, may_dsp_off(GROWTH))
		:: else
		fi;
		channel = 0;
		HEAP_UNLOCK;
		if
		:: BROKEN(own_remove_waits_for_requests) -> turn == 0
		:: else
		fi;
		device_lock = 0
	}
}

proctype bus()
{
	bool done;

end:	do
	:: atomic { device && alive == 0 && !module_going && device_lock == 0 &&
		    channels < RUNS + UNBINDS && !(dsp_run == 2 && news??[UP,1]) ->
			channels++;
			if
			:: attach_run == heap_run && heap_run != current_run &&
			   !BROKEN(heap_pd_unwatched_news_kept) ->
				excused = excused || pd == UP;
				pd = UNKNOWN
			:: else
			fi;
			attach_run = heap_run;
			alive = channels;
			channel = alive;
			tries_left = REFUSALS;
			is_pending = is_pending || HAS_ATTACH;
			/* a heap that is not found again is made anew */
			if
			:: BROKEN(heap_kept_on_rebind) -> TAKEN(REGION, FREE)
			:: BROKEN(nth_rebinding_takes_back) ->
				segment_reclaim(REGION, may_dsp_off(REGION))
			:: else
			fi
		}
	:: atomic { channel != 0 && unbinds < UNBINDS && device_lock == 0 ->
			unbinds++;
			device_lock = ME;
			alive = 0
		};
		heap_detach()
	:: module_gone -> break
	od
}

/* rmmod: main.c, frpc_heap_fini(). */
proctype unload()
{
	bool done;

	if
	:: atomic { module_refs == 0 -> module_going = true };
		atomic { device_lock == 0 -> device_lock = ME; alive = 0 };
		heap_detach();
		/* the end of the DSP, if it is being told of, is over then */
		atomic {
			turn == 0 && rproc_lock == 0 && !is_frozen -> watched = false;
			if :: !BROKEN(own_unload_frees_nothing) -> heap_free_mine() :: else fi
		};
		is_pending = false;
		/* frpc_heap_pdr_end() */
		atomic { empty(news) ->
			has_handle = has_handle && BROKEN(heap_pd_lookup_kept);
			listener = 0
		};
		turn == 0;
		assert(st[REGION] == FREE && st[GROWTH] == FREE && !in_callback && !is_pending &&
		       !has_handle);
		module_gone = true
	:: core_over
	fi;
	finished++
}

/* --- the remoteproc core ------------------------------------------------------------------ */

/* Assumed of the helper: see the head. */
#define is_up_over	(!news??[UP,1] && !news??[UP,2])

proctype core()
{
	byte before;
	bool done, is_crash, has_failed;

boot:	atomic { (rproc_lock == 0 || is_crash) ->
		dsp_run++;
		domain = (WAY == MAP -> (domain == 0 -> dsp_run : domain) : 0);
		dsp_on = true;
		used[REGION] = IS_IMPLICIT && is_open(REGION);
		filled[REGION] = filled[REGION] || used[REGION];
		pd_up = true;
		pd_fell = false;
		excused = false;
		rstate = RUNNING;
		device = true;
		rproc_lock = 0
	};
	/* It runs.  Then it is stopped, or it crashes and is started again. */
	if
	:: is_crash = false
	:: dsp_run < RUNS -> is_crash = true; atomic { rproc_lock == 0 -> rstate = CRASHED }
	fi;
stop:	atomic { rproc_lock == 0 -> rproc_lock = ME };
	atomic {
		device_lock == 0 -> device_lock = ME;
		if
		:: BROKEN(heap_taken_when_a_stop_begins) -> segment_reclaim(REGION, may_dsp_off(REGION))
		:: else
		fi;
		alive = 0;
		device = false
	};
	heap_detach();
	if
	:: atomic { STOP_FAILS && !has_failed ->	/* the DSP runs on, the state stays */
			has_failed = true;
			is_crash = false;
			rproc_lock = 0
		};
		goto stop
	:: atomic {
			dsp_on = false;
			pd_up = false;
			pd_fell = true;
			pd_acked = false;
			wire[0] = NONE; wire[1] = NONE; wire[2] = NONE;
			got[REGION] = false; got[GROWTH] = false;
			used[REGION] = false; used[GROWTH] = false
		}
	fi;
	if
	:: watched -> is_up_over; heap_off()
	:: else
	fi;
	if
	:: is_crash -> goto boot
	:: else
	fi;
	atomic {
		assert(!mapped[REGION] || st[REGION] == LOST);
		assert(!mapped[GROWTH] || st[GROWTH] == LOST);
		mapped[REGION] = false;
		mapped[GROWTH] = false;
		domain = 0;
		rstate = OFFLINE;
		rproc_lock = 0
	};
	if
	:: dsp_run < RUNS -> goto boot
	:: else
	fi;
	atomic { core_over = true; finished++ }
}

/* --- the DSP ------------------------------------------------------------------------------- */

/* It takes the memory, and may say that it did not. */
inline take(s)
{
	if
	:: pd_up ->
		assert(is_open(s));
		assert(!got[s]);		/* I2 */
		got[s] = true;
		used[s] = true;
		filled[s] = true;
		if
		:: says = OK
		:: says = ERR
		fi
	:: else -> says = ERR
	fi
}

inline handle(i)
{
	if
	:: wire[i] == OFFER -> take(REGION)
	:: wire[i] == GROW -> take(GROWTH)
	:: wire[i] == ATTACH ->
		/* who attaches to the audio PD finds it with its heap; sensors have no such PD */
		assert(got[REGION] || IS_IMPLICIT || excused || !pd_up || !is_fresh[i]);
		says = OK
	:: wire[i] == UNMAP ->
		if
		:: used[GROWTH] -> used[GROWTH] = false; got[GROWTH] = false; says = OK
		:: says = ERR
		fi
	fi;
	wire[i] = (is_left[i] -> NONE : says);
	says = NONE
}

#define is_message(i)	(wire[i] == OFFER || wire[i] == GROW || wire[i] == ATTACH || wire[i] == UNMAP)

inline others_pd()
{
	is_fresh[0] = false; is_fresh[1] = false; is_fresh[2] = false
}

proctype dsp()
{
	mtype says = NONE;

end:	do
	:: atomic { dsp_on && is_message(0) -> handle(0) }
	:: atomic { dsp_on && is_message(1) -> handle(1) }
	:: atomic { dsp_on && is_message(2) -> handle(2) }
	:: atomic { dsp_on && pd_up && pd_ends < PD_ENDS && nfull(news) ->
			pd_ends++;
			pd_fell = true;
			pd_up = false;
			others_pd();
			if
			:: listener == dsp_run -> pd_acked = false; news!DOWN,listener
			:: else -> pd_acked = true; excused = true
			fi
		}
	/* it starts again when its end was acknowledged */
	:: atomic { dsp_on && !pd_up && pd_acked && nfull(news) ->
			pd_up = true;
			pd_acked = false;
			others_pd();
			got[REGION] = false;
			got[GROWTH] = false;
			if
			:: listener == dsp_run -> news!UP,listener
			:: else
			fi
		}
	od
}	/* unreached: the DSP goes on for ever */

/* --- reboot, hibernation: heap_memory.c, the kernel ------------------------------------------- */

#define forbids_image(s)	(is_pool(s) && is_lent(s) && !(BROKEN(own_away_unseen) && is_away[s]))

proctype power()
{
	bool is_refused;

	if
	:: is_rebooting = true;
		atomic { !is_lending -> is_shut_down = true }
	/* no request begins any more, and one that has begun waits for the DSP */
	:: atomic { turn == 0 || is_waiting -> is_frozen = !BROKEN(own_not_frozen) };
		atomic {
			is_refused = (forbids_image(REGION) || forbids_image(GROWTH)) &&
				     !BROKEN(heap_saved_by_hibernation)
		};
		if
		:: !is_refused ->
			atomic {
				is_image = true;
				assert(!is_pool(REGION) ||
				       (!may_use(REGION) && (WAY == AS_IS || !is_open(REGION))));
				assert(!may_use(GROWTH) && (WAY == AS_IS || !is_open(GROWTH)))
			};
			is_image = false
		:: else
		fi;
		is_frozen = false
	:: skip
	fi;
	finished++
}

c_decl {
	static int world(const char *name)
	{
		const char *value = getenv(name);

		return value ? atoi(value) : 0;
	}
}

init {
	c_code {
		WAY = world("WAY");
		RUNS = world("RUNS");
		REQUESTS_A = world("REQUESTS_A");
		REQUESTS_B = world("REQUESTS_B");
		REFUSALS = world("REFUSALS");
		UNBINDS = world("UNBINDS");
		PD_ENDS = world("PD_ENDS");
		NO_MAP = world("NO_MAP");
		HAS_GROWTH = world("GROWTH");
		STOP_FAILS = world("STOP_FAILS");
		IS_IMPLICIT = world("IMPLICIT");
		HAS_PDR = world("PDR");
		HAS_ATTACH = world("ATTACH");
		HAS_POWER = world("POWER");
		HAS_UNLOAD = world("UNLOAD");
		mutant = world("MUTANT");
	};
	atomic {
		run heap_work();
		run bus();
		run core();
		run dsp();
		if :: REQUESTS_A > 0 -> run daemon(true, 0, REQUESTS_A) :: else fi;
		if
		:: REQUESTS_B > 0 -> run daemon(false, REQUESTS_A, REQUESTS_A + REQUESTS_B)
		:: else
		fi;
		if :: HAS_PDR -> run helper() :: else fi;
		if :: HAS_POWER -> run power() :: else fi;
		if :: HAS_UNLOAD -> run unload() :: else fi
	};
	/* The last run is over: everything is back, or was refused. */
	atomic {
		finished == PROCESSES && !is_pending && turn == 0;
		assert(!is_away[REGION] && !is_away[GROWTH]);
		assert(st[REGION] == FREE || (st[REGION] == LOST && refusals > 0) ||
		       (st[REGION] == LENT && IS_IMPLICIT && is_late && WAY != MAP));
		assert(st[GROWTH] == FREE || (st[GROWTH] == LOST && refusals > 0));
		assert(claimed[REGION] == (st[REGION] != FREE));
		assert(claimed[GROWTH] == (st[GROWTH] != FREE));
		assert(module_refs == (st[REGION] != FREE) + (st[GROWTH] != FREE))
	}
}
