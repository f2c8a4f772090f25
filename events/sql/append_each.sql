-- Appends of several organisations in one round trip and one commit, each as `append_events` does them, bound to its own
-- organisation. It waits for no lock, so that nobody waits for another one's: the items of a log whose lock is taken, or
-- that is halted or unknown, come back as busy, and are to be sent by themselves.
CREATE OR REPLACE FUNCTION append_each(p_calls append_call[])
RETURNS TABLE (outcome text, detail text, first_position bigint, last_position bigint, stream_version bigint,
               stamped timestamptz)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_bound text;
    c append_call;
BEGIN
    FOREACH c IN ARRAY p_calls LOOP
        v_bound := set_config('app.org_id', c.org::text, true);
        PERFORM FROM log_heads h WHERE h.org_id = c.org AND h.halted IS NULL FOR NO KEY UPDATE SKIP LOCKED;
        IF FOUND THEN
            RETURN QUERY SELECT * FROM append_events(c.org, c.now, c.events, c.items);
        ELSE
            RETURN QUERY SELECT 'busy', NULL, NULL::bigint, NULL::bigint, NULL::bigint, NULL::timestamptz
                FROM unnest(c.items);
        END IF;
    END LOOP;
END $$;
