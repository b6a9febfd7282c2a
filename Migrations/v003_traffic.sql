-- The history's schema, version 3: what traffic did about a transition.

-- The backups that take the traffic afterwards, with commas between them; NULL: active servers do, or none, or the program
-- that wrote the row did not say.
ALTER TABLE transitions ADD COLUMN carried_by TEXT;
-- How many of the sessions were ended because of it; NULL: none had to be, or it is not known.
ALTER TABLE transitions ADD COLUMN sessions_cut INTEGER;
