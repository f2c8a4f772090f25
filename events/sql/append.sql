-- One append, one round trip: bind the tenant, lock the organisation's head, check, stamp, insert, keep the live row.
--
-- Several appends ("items") of one organisation may travel together. An item is a command's whole effect: its writes
-- (one per stream) succeed or fail as one and do not touch the other items. Arrays are 1-based; w_* has an entry per
-- write, c_* per claim, e_* per event; i_first/i_count, w_first_event/w_events, w_first_claim/w_claims say what belongs
-- to what. w_expected null = any version, 0 = the stream must not exist. A claim with c_take false is given up; one
-- with a limit counts the streams that hold the scope. outcome: appended, repeated, reused, stale, claimed.
CREATE OR REPLACE FUNCTION append_events(
    p_org uuid, p_now timestamptz,
    i_first int[], i_count int[], i_command text[], i_digest bytea[],
    w_stream text[], w_expected bigint[], w_first_event int[], w_events int[], w_first_claim int[], w_claims int[],
    w_fold int[], w_state bytea[], w_scope text[], w_status text[], w_label text[], w_members text[],
    c_scope text[], c_take boolean[], c_limit int[],
    e_type text[], e_schema int[], e_occurred timestamptz[], e_head bytea[], e_mid bytea[]
) RETURNS TABLE (outcome text, detail text, first_position bigint, last_position bigint, stream_version bigint,
                 stamped timestamptz)
LANGUAGE plpgsql SECURITY INVOKER SET lock_timeout = '5s' AS $$
#variable_conflict use_column
DECLARE
    v_size bigint; v_start bigint; v_last timestamptz; v_build int; v_clock timestamptz; v_at timestamptz; v_text text;
    v_versions bigint[]; v_prevs bytea[]; v_version bigint; v_prev bytea; v_record bytea; v_known record; v_held int;
    i int; w int; c int; e int;
BEGIN
    PERFORM set_config('app.org_id', p_org::text, true);
    SELECT h.size, h.last_recorded_at, h.live_build INTO v_size, v_last, v_build
        FROM log_heads h WHERE h.org_id = p_org FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no log of organisation %', p_org USING ERRCODE = 'ML001';
    END IF;
    v_clock := clock_timestamp();
    IF v_last > v_clock + interval '5 minutes' THEN
        RAISE EXCEPTION 'the database clock is at %, the last record at %', v_clock, v_last USING ERRCODE = 'ML002';
    ELSIF p_now NOT BETWEEN v_clock - interval '5 minutes' AND v_clock + interval '5 minutes' THEN
        RAISE EXCEPTION 'the database clock is at %, the service clock at %', v_clock, p_now USING ERRCODE = 'ML002';
    END IF;
    v_at := greatest(v_last, v_clock);
    v_text := ',"recorded_at":"' || to_char(v_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"';
    v_start := v_size;

    <<items>>
    FOR i IN 1 .. cardinality(i_first) LOOP
        stamped := v_at;
        IF i_command[i] IS NOT NULL THEN
            SELECT * INTO v_known FROM commands k WHERE k.org_id = p_org AND k.command_id = i_command[i];
            IF FOUND THEN
                outcome := CASE WHEN v_known.digest = i_digest[i] THEN 'repeated' ELSE 'reused' END;
                detail := NULL;
                first_position := v_known.first_position;
                last_position := v_known.last_position;
                stream_version := v_known.stream_version;
                stamped := v_known.recorded_at;
                RETURN NEXT;
                CONTINUE items;
            END IF;
        END IF;
        v_versions := '{}';
        v_prevs := '{}';
        FOR w IN i_first[i] .. i_first[i] + i_count[i] - 1 LOOP
            SELECT x.stream_version, x.leaf_hash INTO v_version, v_prev FROM events x
                WHERE x.org_id = p_org AND x.stream = w_stream[w] ORDER BY x.stream_version DESC LIMIT 1;
            IF NOT FOUND THEN
                v_version := 0;
                v_prev := NULL;
            END IF;
            IF w_expected[w] <> v_version THEN
                outcome := 'stale';
                detail := w_stream[w];
                stream_version := v_version;
                RETURN NEXT;
                CONTINUE items;
            END IF;
            v_versions[w] := v_version;
            v_prevs[w] := v_prev;
            FOR c IN w_first_claim[w] .. w_first_claim[w] + w_claims[w] - 1 LOOP
                IF c_take[c] AND c_limit[c] IS NOT NULL THEN
                    SELECT count(*) INTO v_held FROM live_claims l
                        WHERE l.org_id = p_org AND l.build = v_build AND l.scope = c_scope[c] AND l.stream <> w_stream[w];
                    -- others of the same item that want the same scope count too
                    v_held := v_held + (SELECT count(*) FROM generate_series(w_first_claim[i_first[i]], c - 1) o
                                        WHERE c_take[o] AND c_scope[o] = c_scope[c]);
                    IF v_held >= c_limit[c] THEN
                        outcome := 'claimed';
                        detail := c_scope[c];
                        stream_version := c_limit[c];
                        RETURN NEXT;
                        CONTINUE items;
                    END IF;
                END IF;
            END LOOP;
        END LOOP;

        first_position := v_size;
        stream_version := NULL;
        FOR w IN i_first[i] .. i_first[i] + i_count[i] - 1 LOOP
            v_version := v_versions[w];
            v_prev := v_prevs[w];
            FOR e IN w_first_event[w] .. w_first_event[w] + w_events[w] - 1 LOOP
                v_version := v_version + 1;
                v_record := e_head[e]
                    || convert_to(coalesce('"' || encode(v_prev, 'hex') || '"', 'null') || v_text, 'UTF8')
                    || e_mid[e] || convert_to(v_version::text || ',"type":"' || e_type[e] || '"}', 'UTF8');
                v_prev := sha256('\x00'::bytea || v_record);
                INSERT INTO events (org_id, position, stream, stream_version, type, schema, recorded_at, occurred_at,
                                    record, leaf_hash)
                    VALUES (p_org, v_size, w_stream[w], v_version, e_type[e], e_schema[e], v_at, e_occurred[e],
                            v_record, v_prev);
                v_size := v_size + 1;
            END LOOP;
            stream_version := coalesce(stream_version, v_version);
            IF w_state[w] IS NOT NULL AND w_events[w] > 0 THEN
                UPDATE live_states s SET version = v_version, position = v_size - 1, fold = w_fold[w],
                        state = w_state[w], scope = w_scope[w], status = w_status[w], label = w_label[w],
                        members = w_members[w]::text[], changed_at = v_at
                    WHERE s.org_id = p_org AND s.build = v_build AND s.stream = w_stream[w];
                IF NOT FOUND THEN
                    INSERT INTO live_states (org_id, build, stream, kind, version, position, fold, state, scope, status,
                                             label, members, changed_at)
                        VALUES (p_org, v_build, w_stream[w], split_part(w_stream[w], '-', 1), v_version, v_size - 1,
                                w_fold[w], w_state[w], w_scope[w], w_status[w], w_label[w], w_members[w]::text[], v_at);
                END IF;
            END IF;
            FOR c IN w_first_claim[w] .. w_first_claim[w] + w_claims[w] - 1 LOOP
                IF c_take[c] THEN
                    INSERT INTO live_claims (org_id, build, scope, stream) VALUES (p_org, v_build, c_scope[c], w_stream[w])
                        ON CONFLICT DO NOTHING;
                ELSE
                    DELETE FROM live_claims l WHERE l.org_id = p_org AND l.build = v_build AND l.scope = c_scope[c]
                        AND l.stream = w_stream[w];
                END IF;
            END LOOP;
        END LOOP;
        outcome := 'appended';
        detail := NULL;
        last_position := v_size - 1;
        IF i_command[i] IS NOT NULL THEN
            INSERT INTO commands (org_id, command_id, digest, first_position, last_position, stream_version, recorded_at)
                VALUES (p_org, i_command[i], i_digest[i], first_position, last_position, stream_version, v_at);
        END IF;
        RETURN NEXT;
    END LOOP;
    IF v_size > v_start THEN
        UPDATE log_heads h SET size = v_size, last_recorded_at = v_at,
            clamped = h.clamped + CASE WHEN v_clock < v_last THEN 1 ELSE 0 END
            WHERE h.org_id = p_org;
    END IF;
END $$;
