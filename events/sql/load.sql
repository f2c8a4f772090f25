-- What a command needs before it decides, in one round trip: the live rows of the streams that it names, where the log
-- stands, and the answer it had if its key was used before (a row without stream).
--
-- One plan for good: the planner takes an array of unknown length for ten streams, holds the plan for the one that it
-- mostly is to be cheaper, and would plan each call anew once the table has grown; that took as long as the call.
CREATE OR REPLACE FUNCTION load_live(p_org uuid, p_streams text[], p_command text)
RETURNS TABLE (stream text, version bigint, "position" bigint, fold int, state bytea, digest bytea, first_position bigint)
LANGUAGE plpgsql SECURITY INVOKER SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    v_bound text;
BEGIN
    v_bound := set_config('app.org_id', p_org::text, true);
    -- A log without any of the streams is one row without stream and digest.
    RETURN QUERY SELECT s.stream, s.version, s.position, s.fold, s.state, NULL::bytea, NULL::bigint
        FROM log_heads h LEFT JOIN live_states s
            ON s.org_id = h.org_id AND s.build = h.live_build AND s.stream = ANY (p_streams)
        WHERE h.org_id = p_org;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no log of organisation %', p_org USING ERRCODE = 'ML001';
    END IF;
    IF p_command IS NOT NULL THEN
        RETURN QUERY SELECT NULL::text, k.stream_version, k.last_position, NULL::int, NULL::bytea, k.digest, k.first_position
            FROM commands k WHERE k.org_id = p_org AND k.command_id = p_command;
    END IF;
END $$;
