-- The first position that was recorded at or after a moment; the log's size when none was. By halves, since the stamps of
-- a log never go back: some twenty looks along the key in a log of a million.
CREATE OR REPLACE FUNCTION position_at(p_org uuid, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_low bigint := 0; v_high bigint; v_middle bigint; v_late boolean;
BEGIN
    SELECT h.size INTO v_high FROM log_heads h WHERE h.org_id = p_org;
    WHILE v_low < v_high LOOP
        v_middle := (v_low + v_high) / 2;
        SELECT x.recorded_at >= p_at INTO v_late FROM events x WHERE x.org_id = p_org AND x.position = v_middle;
        IF v_late THEN
            v_high := v_middle;
        ELSE
            v_low := v_middle + 1;
        END IF;
    END LOOP;
    RETURN v_low;
END $$;
