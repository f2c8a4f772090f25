-- One append, one round trip: bind the tenant, lock the organisation's head, check, stamp, insert, keep the live row.
--
-- Several appends ("items") of one organisation may travel together. An item is a command's whole effect: its writes
-- (one per stream) succeed or fail as one and do not touch the other items. expected null = any version, 0 = the
-- stream must not exist. A claim with take false is given up; one with most counts the streams that hold the scope.
-- A write without events checks only. outcome: null (appended), repeated, reused, stale, claimed.
--
-- Of a call's time most goes into setting up expressions and statements, an assignment of a constant included, so that
-- each of either that is saved shows. Hence nested composites, which cost one argument and no index arithmetic; outputs
-- that stay null unless an item is refused; and a second look at the streams of an item that has several, in place of
-- arrays for the one that it mostly has. The composite types stand in `0001_tables.sql`; head and mid are the pieces of
-- `record.py`.
--
-- p_events is the number of events in all items.
CREATE OR REPLACE FUNCTION append_events(p_org uuid, p_now timestamptz, p_events int, p_items append_item[])
RETURNS TABLE (outcome text, detail text, first_position bigint, last_position bigint, stream_version bigint,
               stamped timestamptz)
LANGUAGE plpgsql SECURITY INVOKER SET lock_timeout = '5s' AS $$
#variable_conflict use_column
DECLARE
    v_bound text; v_next bigint; v_end bigint; v_build int; v_at timestamptz; v_stamp text; v_wrong boolean;
    v_known record; v_version bigint; v_prev bytea; v_held int;
    v_record bytea; v_records bytea[]; v_leaves bytea[]; n int;
    i append_item; w append_write; c append_claim; e append_event;
BEGIN
    v_bound := set_config('app.org_id', p_org::text, true);
    -- The lock. It takes the positions of all events at once; those that are not appended are given back at the end.
    UPDATE log_heads h SET size = h.size + p_events, last_recorded_at = greatest(h.last_recorded_at, clock_timestamp()),
            clamped = h.clamped + (h.last_recorded_at > clock_timestamp())::int
        WHERE h.org_id = p_org
        RETURNING h.size - p_events, h.size, h.live_build, h.last_recorded_at, h.last_recorded_at,
            ',"recorded_at":"' || to_char(h.last_recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"',
            h.halted IS NOT NULL OR greatest(h.last_recorded_at, p_now) > clock_timestamp() + interval '5 minutes'
            OR p_now < clock_timestamp() - interval '5 minutes'
        INTO v_next, v_end, v_build, v_at, stamped, v_stamp, v_wrong;
    IF v_wrong IS DISTINCT FROM false THEN
        IF v_wrong IS NULL THEN
            RAISE EXCEPTION 'no log of organisation %', p_org USING ERRCODE = 'ML001';
        END IF;
        -- A second look rather than one output more in each call that is not refused.
        SELECT h.halted INTO detail FROM log_heads h WHERE h.org_id = p_org;
        IF detail IS NOT NULL THEN
            RAISE EXCEPTION '%', detail USING ERRCODE = 'ML003';
        ELSIF v_at > clock_timestamp() + interval '5 minutes' THEN
            RAISE EXCEPTION 'the database clock is at %, the last record at %', clock_timestamp(), v_at
                USING ERRCODE = 'ML002';
        END IF;
        RAISE EXCEPTION 'the database clock is at %, the service clock at %', clock_timestamp(), p_now
            USING ERRCODE = 'ML002';
    END IF;

    FOREACH i IN ARRAY p_items LOOP
        <<checks>>
        BEGIN
            IF i.command IS NOT NULL THEN
                SELECT * INTO v_known FROM commands k WHERE k.org_id = p_org AND k.command_id = i.command;
                IF FOUND THEN
                    outcome := CASE WHEN v_known.digest = i.digest THEN 'repeated' ELSE 'reused' END;
                    first_position := v_known.first_position;
                    last_position := v_known.last_position;
                    stream_version := v_known.stream_version;
                    stamped := v_known.recorded_at;
                    EXIT checks;
                END IF;
            END IF;
            FOREACH w IN ARRAY i.writes LOOP
                SELECT x.stream_version, x.leaf_hash INTO v_version, v_prev FROM events x
                    WHERE x.org_id = p_org AND x.stream = w.stream ORDER BY x.stream_version DESC LIMIT 1;
                IF w.expected <> coalesce(v_version, 0) THEN
                    outcome := 'stale';
                    detail := w.stream;
                    stream_version := coalesce(v_version, 0);
                    EXIT checks;
                END IF;
                FOREACH c IN ARRAY w.claims LOOP
                    CONTINUE WHEN c.most IS NULL OR NOT c.take;
                    -- other streams of the same item that want the scope count too
                    SELECT count(*) INTO v_held FROM (
                        SELECT l.stream FROM live_claims l
                        WHERE l.org_id = p_org AND l.build = v_build AND l.scope = c.scope AND l.stream <> w.stream
                        UNION SELECT o.stream FROM unnest(i.writes) o, unnest(o.claims) k
                        WHERE k.take AND k.scope = c.scope AND o.stream <> w.stream
                    ) holders;
                    IF v_held >= c.most THEN
                        outcome := 'claimed';
                        detail := c.scope;
                        stream_version := c.most;
                        EXIT checks;
                    END IF;
                END LOOP;
            END LOOP;
        END;
        IF outcome IS NOT NULL THEN
            RETURN NEXT;
            outcome := NULL;
            detail := NULL;
            stream_version := NULL;
            stamped := v_at;
            CONTINUE;
        END IF;

        first_position := v_next;
        FOREACH w IN ARRAY i.writes LOOP
            IF cardinality(i.writes) > 1 THEN
                SELECT x.stream_version, x.leaf_hash INTO v_version, v_prev FROM events x
                    WHERE x.org_id = p_org AND x.stream = w.stream ORDER BY x.stream_version DESC LIMIT 1;
            END IF;
            IF cardinality(w.events) = 1 THEN
                e := w.events[1];
                v_version := coalesce(v_version, 0) + 1;
                v_record := convert_to(
                    e.head || coalesce('"' || encode(v_prev, 'hex') || '"', 'null') || v_stamp
                    || e.mid || v_version || ',"type":"' || e.type || '"}', 'UTF8');
                INSERT INTO events (org_id, position, stream, stream_version, type, schema, recorded_at, occurred_at,
                                    record, leaf_hash)
                    VALUES (p_org, v_next, w.stream, v_version, e.type, e.schema, v_at, e.occurred_at,
                            v_record, sha256('\x00'::bytea || v_record));
                v_next := v_next + 1;
            ELSE
                n := 0;
                v_version := coalesce(v_version, 0);
                FOREACH e IN ARRAY w.events LOOP
                    n := n + 1;
                    v_record := convert_to(
                        e.head || coalesce('"' || encode(v_prev, 'hex') || '"', 'null') || v_stamp
                        || e.mid || v_version + n || ',"type":"' || e.type || '"}', 'UTF8');
                    v_prev := sha256('\x00'::bytea || v_record);
                    v_records[n] := v_record;
                    v_leaves[n] := v_prev;
                END LOOP;
                INSERT INTO events (org_id, position, stream, stream_version, type, schema, recorded_at, occurred_at,
                                    record, leaf_hash)
                    SELECT p_org, v_next + x.at - 1, w.stream, v_version + x.at, x.type, x.schema, v_at, x.occurred_at,
                            v_records[x.at], v_leaves[x.at]
                    FROM unnest(w.events) WITH ORDINALITY x (type, schema, occurred_at, head, mid, at);
                v_version := v_version + n;
                v_next := v_next + n;
            END IF;
            stream_version := coalesce(stream_version, v_version);
            IF w.state IS NOT NULL AND cardinality(w.events) > 0 THEN
                UPDATE live_states s SET version = v_version, position = v_next - 1, fold = w.fold, state = w.state,
                        scope = w.scope, status = w.status, label = w.label, members = w.members, changed_at = v_at
                    WHERE s.org_id = p_org AND s.build = v_build AND s.stream = w.stream;
                IF NOT FOUND THEN
                    INSERT INTO live_states (org_id, build, stream, version, position, fold, state, scope, status,
                                             label, members, changed_at)
                        VALUES (p_org, v_build, w.stream, v_version, v_next - 1,
                                w.fold, w.state, w.scope, w.status, w.label, w.members, v_at);
                END IF;
            END IF;
            FOREACH c IN ARRAY w.claims LOOP
                IF c.take THEN
                    INSERT INTO live_claims (org_id, build, scope, stream) VALUES (p_org, v_build, c.scope, w.stream)
                        ON CONFLICT DO NOTHING;
                ELSE
                    DELETE FROM live_claims l WHERE l.org_id = p_org AND l.build = v_build AND l.scope = c.scope
                        AND l.stream = w.stream;
                END IF;
            END LOOP;
        END LOOP;
        last_position := v_next - 1;
        IF i.command IS NOT NULL THEN
            INSERT INTO commands (org_id, command_id, digest, first_position, last_position, stream_version, recorded_at)
                VALUES (p_org, i.command, i.digest, first_position, last_position, stream_version, v_at);
        END IF;
        RETURN NEXT;
        stream_version := NULL;
    END LOOP;
    IF v_next < v_end OR p_events = 0 THEN
        UPDATE log_heads h SET size = v_next, last_recorded_at = coalesce(
                (SELECT x.recorded_at FROM events x WHERE x.org_id = p_org AND x.position = v_next - 1), 'epoch')
            WHERE h.org_id = p_org;
    END IF;
END $$;
