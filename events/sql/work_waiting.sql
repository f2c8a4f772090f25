-- What the sweep asks every few seconds: which organisations have work that no nudge has started. One call for all of
-- them, so that thousands of idle organisations cost one query; each is bound in turn, as in any other transaction.
--
-- behind: a view of p_views has not taken in the whole log, or a parked stream is to be tried again (in growing pauses).
-- due: a row of the view `due` has come, unless a retry of its relationship waits for a later moment; or an effect was
-- left unfinished over a minute ago. reports: one was asked for, or those of p_planned are not made; an
-- organisation on its first day must have been quiet for a minute first, it may be in the middle of an import.
-- checkpoints (asked with p_signed, that is where there is a signer): the log is longer than what was signed of it, or
-- its newest log.streams_root (without any: its first record) is over a day old and more has come since than the log's
-- own notes about itself, as `services/streams.py` has it. audit: the audit of the night that began at p_night is not
-- done, p_audit being its effect. A halted log takes nothing: whatever ends with an append is left alone, but the audit,
-- which tells people.
CREATE OR REPLACE FUNCTION work_waiting(
    p_views text[], p_planned text, p_now timestamptz, p_signed boolean DEFAULT false,
    p_audit text DEFAULT NULL, p_night timestamptz DEFAULT NULL
)
RETURNS TABLE (org uuid, behind boolean, due boolean, reports boolean, checkpoints boolean, audit boolean)
LANGUAGE plpgsql SECURITY INVOKER AS $$
#variable_conflict use_column
DECLARE
    v_size bigint; v_last timestamptz; v_created timestamptz; v_halted boolean; v_origin int;
    v_own text; v_covered bigint; v_since bigint; v_rooted timestamptz;
BEGIN
    FOR org, v_created IN SELECT d.org_id, d.created_at FROM tenant_directory d ORDER BY d.created_at, d.org_id LOOP
        PERFORM set_config('app.org_id', org::text, true);
        SELECT h.size, h.last_recorded_at, h.halted IS NOT NULL, h.origin INTO v_size, v_last, v_halted, v_origin
            FROM log_heads h WHERE h.org_id = org;
        CONTINUE WHEN coalesce(v_size, 0) = 0;
        behind := cardinality(p_views) > (
            SELECT count(*) FROM view_heads h
            WHERE h.org_id = org AND h.view = ANY (p_views) AND h.position >= v_size - 1
        ) OR EXISTS (
            SELECT FROM parked p
            WHERE p.org_id = org AND p.parked_at + p.attempts * p.attempts * interval '1 minute' <= p_now
        );
        due := EXISTS (
            SELECT FROM view_rows r JOIN view_heads h ON h.org_id = r.org_id AND h.view = r.view AND h.build = r.build
            WHERE r.org_id = org AND r.view = 'due' AND r.at <= p_now
            AND NOT EXISTS (SELECT FROM parked p WHERE p.org_id = org AND p.view = 'due' AND p.stream = r.stream)
            AND NOT EXISTS (
                SELECT FROM effects e WHERE e.org_id = org AND e.effect_key > r.stream || '/'
                AND e.effect_key < r.stream || '0' AND e.not_before > p_now
            )
        ) OR EXISTS (
            SELECT FROM effects e
            WHERE e.org_id = org AND e.state = 'held' AND e.begun_at < p_now - interval '1 minute'
            AND NOT EXISTS (
                SELECT FROM effects w WHERE w.org_id = org AND w.effect_key > e.effect_key || '/'
                AND w.effect_key < e.effect_key || '0' AND w.not_before > p_now
            )
        );
        reports := EXISTS (
            SELECT FROM live_states s JOIN log_heads h ON h.org_id = s.org_id AND h.live_build = s.build
            WHERE s.org_id = org AND s.scope = 'awaited-reports' AND NOT EXISTS (
                SELECT FROM effects e WHERE e.org_id = org AND e.not_before > p_now
                AND e.effect_key = replace(s.stream, 'report-', 'report-request/')
            )
        ) OR (
            NOT EXISTS (
                SELECT FROM effects e WHERE e.org_id = org AND e.effect_key = p_planned
                AND (e.state = 'done' OR e.not_before > p_now)
            )
            AND (v_last < p_now - interval '1 minute' OR v_created < p_now - interval '1 day')
            AND EXISTS (
                SELECT FROM live_states s JOIN log_heads h ON h.org_id = s.org_id AND h.live_build = s.build
                WHERE s.org_id = org AND s.stream >= 'programme-' AND s.stream < 'programme.' AND s.status <> ''
            )
        );
        IF p_signed AND NOT v_halted THEN
            checkpoints := v_size > coalesce(
                (SELECT max(c.size) FROM checkpoints c WHERE c.org_id = org AND c.origin = v_origin), 0
            );
            IF NOT checkpoints THEN
                v_own := 'log-' || org;
                v_covered := NULL;
                SELECT (convert_from(x.record, 'UTF8')::jsonb #>> '{data,size}')::bigint, x.stream_version, x.occurred_at
                    INTO v_covered, v_since, v_rooted FROM events x
                    WHERE x.org_id = org AND x.stream = v_own AND x.type = 'log.streams_root'
                    ORDER BY x.stream_version DESC LIMIT 1;
                IF v_covered IS NULL THEN
                    SELECT x.recorded_at INTO v_rooted FROM events x WHERE x.org_id = org AND x.position = 0;
                END IF;
                checkpoints := v_rooted < p_now - interval '1 day' AND v_size - coalesce(v_covered, 0) > (
                        SELECT count(*) FROM events x
                        WHERE x.org_id = org AND x.stream = v_own AND x.stream_version >= coalesce(v_since, 1)
                    );
            END IF;
        ELSE
            checkpoints := false;
        END IF;
        audit := v_created < p_night AND NOT EXISTS (
            SELECT FROM effects e WHERE e.org_id = org AND e.effect_key = p_audit AND (
                e.state = 'done' OR e.not_before > p_now OR (e.state = 'begun' AND e.begun_at > p_now - interval '1 hour')
            )
        );
        IF v_halted THEN
            due := false;
            reports := false;
        END IF;
        IF behind OR due OR reports OR checkpoints OR audit THEN
            RETURN NEXT;
        END IF;
    END LOOP;
    PERFORM set_config('app.org_id', '', true);
END
$$;
