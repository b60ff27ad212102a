CREATE TABLE `job_places` (
	`job_id` text NOT NULL,
	`place` text NOT NULL,
	FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `job_places_pair` ON `job_places` (`job_id`,`place`);--> statement-breakpoint
ALTER TABLE `people` ADD `account` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `people_by_account` ON `people` (`account`);--> statement-breakpoint
UPDATE `people` SET `account` = CASE `platform` WHEN 'discord' THEN `platform` || ':' || `user_id` ELSE `platform` || ':' || `space_id` || ':' || `user_id` END;
