-- One append, one round trip: bind the tenant, lock the organisation's head, check, stamp, insert, keep the live row.
--
-- Several appends ("items") of one organisation may travel together. An item is a command's whole effect: its writes
-- (one per stream) succeed or fail as one and do not touch the other items. expected null = any version, 0 = the
-- stream must not exist. A claim with take false is given up; one with most counts the streams that hold the scope.
-- A write without events checks only. outcome: appended, repeated, reused, stale, claimed.
--
-- Nested composites because they cost one argument and no index arithmetic: of a call's time most goes into setting up
-- expressions and statements, so that each of either that is saved shows. head and mid are the pieces of `record.py`.
CREATE TYPE append_event AS (type text, schema int, occurred_at timestamptz, head text, mid text);
CREATE TYPE append_claim AS (scope text, take boolean, most int);
CREATE TYPE append_write AS (
    stream text, expected bigint, events append_event[], claims append_claim[],
    fold int, state bytea, scope text, status text, label text, members text[]
);
CREATE TYPE append_item AS (command text, digest bytea, writes append_write[]);

-- p_events is the number of events in all items.
CREATE OR REPLACE FUNCTION append_events(p_org uuid, p_now timestamptz, p_events int, p_items append_item[])
RETURNS TABLE (outcome text, detail text, first_position bigint, last_position bigint, stream_version bigint,
               stamped timestamptz)
LANGUAGE plpgsql SECURITY INVOKER SET lock_timeout = '5s' AS $$
#variable_conflict use_column
DECLARE
    v_next bigint; v_end bigint; v_build int; v_clock timestamptz; v_at timestamptz; v_text text;
    v_versions bigint[]; v_prevs bytea[]; v_version bigint; v_prev bytea; v_record bytea; v_known record; v_held int;
    v_taken text[]; n int;
    i append_item; w append_write; c append_claim; e append_event;
BEGIN
    v_text := set_config('app.org_id', p_org::text, true);
    -- The lock. It takes the positions of all events at once; those that are not appended are given back at the end.
    UPDATE log_heads h SET size = h.size + p_events, last_recorded_at = greatest(h.last_recorded_at, clock_timestamp()),
            clamped = h.clamped + (h.last_recorded_at > clock_timestamp())::int
        WHERE h.org_id = p_org
        RETURNING h.size, h.last_recorded_at, h.live_build INTO v_end, v_at, v_build;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no log of organisation %', p_org USING ERRCODE = 'ML001';
    END IF;
    v_clock := clock_timestamp();
    IF v_at > v_clock + interval '5 minutes' THEN
        RAISE EXCEPTION 'the database clock is at %, the last record at %', v_clock, v_at USING ERRCODE = 'ML002';
    ELSIF p_now NOT BETWEEN v_clock - interval '5 minutes' AND v_clock + interval '5 minutes' THEN
        RAISE EXCEPTION 'the database clock is at %, the service clock at %', v_clock, p_now USING ERRCODE = 'ML002';
    END IF;
    v_text := ',"recorded_at":"' || to_char(v_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"';
    v_next := v_end - p_events;

    <<items>>
    FOREACH i IN ARRAY p_items LOOP
        stamped := v_at;
        IF i.command IS NOT NULL THEN
            SELECT * INTO v_known FROM commands k WHERE k.org_id = p_org AND k.command_id = i.command;
            IF FOUND THEN
                outcome := CASE WHEN v_known.digest = i.digest THEN 'repeated' ELSE 'reused' END;
                detail := NULL;
                first_position := v_known.first_position;
                last_position := v_known.last_position;
                stream_version := v_known.stream_version;
                stamped := v_known.recorded_at;
                RETURN NEXT;
                CONTINUE items;
            END IF;
        END IF;
        n := 0;
        v_taken := '{}';
        FOREACH w IN ARRAY i.writes LOOP
            SELECT x.stream_version, x.leaf_hash INTO v_version, v_prev FROM events x
                WHERE x.org_id = p_org AND x.stream = w.stream ORDER BY x.stream_version DESC LIMIT 1;
            IF NOT FOUND THEN
                v_version := 0;
            END IF;
            IF w.expected <> v_version THEN
                outcome := 'stale';
                detail := w.stream;
                stream_version := v_version;
                RETURN NEXT;
                CONTINUE items;
            END IF;
            n := n + 1;
            v_versions[n] := v_version;
            v_prevs[n] := v_prev;
            FOREACH c IN ARRAY w.claims LOOP
                CONTINUE WHEN NOT c.take;
                IF c.most IS NOT NULL THEN
                    SELECT count(*) INTO v_held FROM live_claims l
                        WHERE l.org_id = p_org AND l.build = v_build AND l.scope = c.scope AND l.stream <> w.stream;
                    -- others of the same item that want the same scope count too
                    IF v_held + cardinality(array_positions(v_taken, c.scope)) >= c.most THEN
                        outcome := 'claimed';
                        detail := c.scope;
                        stream_version := c.most;
                        RETURN NEXT;
                        CONTINUE items;
                    END IF;
                END IF;
                v_taken := v_taken || c.scope;
            END LOOP;
        END LOOP;

        first_position := v_next;
        stream_version := NULL;
        n := 0;
        FOREACH w IN ARRAY i.writes LOOP
            n := n + 1;
            v_version := v_versions[n];
            v_prev := v_prevs[n];
            FOREACH e IN ARRAY w.events LOOP
                v_version := v_version + 1;
                v_record := convert_to(
                    e.head || coalesce('"' || encode(v_prev, 'hex') || '"', 'null') || v_text
                    || e.mid || v_version || ',"type":"' || e.type || '"}', 'UTF8');
                v_prev := sha256('\x00'::bytea || v_record);
                INSERT INTO events (org_id, position, stream, stream_version, type, schema, recorded_at, occurred_at,
                                    record, leaf_hash)
                    VALUES (p_org, v_next, w.stream, v_version, e.type, e.schema, v_at, e.occurred_at,
                            v_record, v_prev);
                v_next := v_next + 1;
            END LOOP;
            stream_version := coalesce(stream_version, v_version);
            IF w.state IS NOT NULL AND cardinality(w.events) > 0 THEN
                UPDATE live_states s SET version = v_version, position = v_next - 1, fold = w.fold, state = w.state,
                        scope = w.scope, status = w.status, label = w.label, members = w.members, changed_at = v_at
                    WHERE s.org_id = p_org AND s.build = v_build AND s.stream = w.stream;
                IF NOT FOUND THEN
                    INSERT INTO live_states (org_id, build, stream, kind, version, position, fold, state, scope, status,
                                             label, members, changed_at)
                        VALUES (p_org, v_build, w.stream, split_part(w.stream, '-', 1), v_version, v_next - 1,
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
        outcome := 'appended';
        detail := NULL;
        last_position := v_next - 1;
        IF i.command IS NOT NULL THEN
            INSERT INTO commands (org_id, command_id, digest, first_position, last_position, stream_version, recorded_at)
                VALUES (p_org, i.command, i.digest, first_position, last_position, stream_version, v_at);
        END IF;
        RETURN NEXT;
    END LOOP;
    IF v_next < v_end OR p_events = 0 THEN
        UPDATE log_heads h SET size = v_next, last_recorded_at = coalesce(
                (SELECT x.recorded_at FROM events x WHERE x.org_id = p_org AND x.position = v_next - 1), 'epoch')
            WHERE h.org_id = p_org;
    END IF;
END $$;
